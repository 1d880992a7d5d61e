// The part of NVIDIA's video decoding interface (NVDECODE) that cuweave calls, declared here and found in libnvcuvid.so.1
// at run time. Names follow NVIDIA's headers; test/native/nvcuvid.test.ts compares every size and offset with those of
// the nv-codec-headers package.
#pragma once

#include <string>

#include "cuda/cuda_driver.h"

namespace cuweave {

using CUvideodecoder = void*;
using CUvideoparser = void*;

enum cudaVideoCodec : int {
  cudaVideoCodec_MPEG1 = 0,
  cudaVideoCodec_MPEG2 = 1,
  cudaVideoCodec_MPEG4 = 2,
  cudaVideoCodec_VC1 = 3,
  cudaVideoCodec_H264 = 4,
  cudaVideoCodec_JPEG = 5,
  cudaVideoCodec_HEVC = 8,
  cudaVideoCodec_VP8 = 9,
  cudaVideoCodec_VP9 = 10,
  cudaVideoCodec_AV1 = 11,
};
enum cudaVideoChromaFormat : int {
  cudaVideoChromaFormat_Monochrome = 0,
  cudaVideoChromaFormat_420 = 1,
  cudaVideoChromaFormat_422 = 2,
  cudaVideoChromaFormat_444 = 3,
};
enum cudaVideoSurfaceFormat : int {
  cudaVideoSurfaceFormat_NV12 = 0,
  cudaVideoSurfaceFormat_P016 = 1,
  cudaVideoSurfaceFormat_YUV444 = 2,
  cudaVideoSurfaceFormat_YUV444_16Bit = 3,
};
enum : unsigned long { cudaVideoCreate_PreferCUVID = 4 };
enum : int { cudaVideoDeinterlaceMode_Weave = 0 };
enum : unsigned long {
  CUVID_PKT_ENDOFSTREAM = 0x01,
  CUVID_PKT_TIMESTAMP = 0x02,
  CUVID_PKT_ENDOFPICTURE = 0x08,
};
enum cuvidDecodeStatus : int {
  cuvidDecodeStatus_Invalid = 0,
  cuvidDecodeStatus_Success = 2,
  cuvidDecodeStatus_Error = 8,
  cuvidDecodeStatus_Error_Concealed = 9,
};

struct CUVIDEOFORMAT {
  cudaVideoCodec codec;
  struct {
    unsigned numerator, denominator;
  } frame_rate;
  unsigned char progressive_sequence;
  unsigned char bit_depth_luma_minus8;
  unsigned char bit_depth_chroma_minus8;
  unsigned char min_num_decode_surfaces;
  unsigned coded_width, coded_height;
  struct {
    int left, top, right, bottom;
  } display_area;
  cudaVideoChromaFormat chroma_format;
  unsigned bitrate;
  struct {
    int x, y;
  } display_aspect_ratio;
  struct {
    unsigned char video_format : 3;
    unsigned char video_full_range_flag : 1;
    unsigned char reserved_zero_bits : 4;
    unsigned char color_primaries;
    unsigned char transfer_characteristics;
    unsigned char matrix_coefficients;
  } video_signal_description;
  unsigned seqhdr_data_length;
};

// What the parser says of a picture to decode: its beginning, the rest is only passed on. Its true size is that of a union
// that grows with every codec: it is never made or copied here.
struct CUVIDPICPARAMS {
  int PicWidthInMbs;
  int FrameHeightInMbs;
  int CurrPicIdx;
  int field_pic_flag;
};

struct CUVIDPARSERDISPINFO {
  int picture_index;
  int progressive_frame;
  int top_field_first;
  int repeat_first_field;
  long long timestamp;
};

struct CUVIDSOURCEDATAPACKET {
  unsigned long flags;
  unsigned long payload_size;
  const unsigned char* payload;
  long long timestamp;
};

struct CUVIDPARSERPARAMS {
  cudaVideoCodec CodecType;
  unsigned ulMaxNumDecodeSurfaces;
  unsigned ulClockRate;
  unsigned ulErrorThreshold;
  unsigned ulMaxDisplayDelay;
  unsigned bAnnexb : 1;
  unsigned uReserved : 31;
  unsigned uReserved1[4];
  void* pUserData;
  int (*pfnSequenceCallback)(void*, CUVIDEOFORMAT*);
  int (*pfnDecodePicture)(void*, CUVIDPICPARAMS*);
  int (*pfnDisplayPicture)(void*, CUVIDPARSERDISPINFO*);
  void* pfnGetOperatingPoint;
  void* pvReserved2[6];
  void* pExtVideoInfo;
};

struct CUVIDDECODECAPS {
  cudaVideoCodec eCodecType;
  cudaVideoChromaFormat eChromaFormat;
  unsigned nBitDepthMinus8;
  unsigned reserved1[3];
  unsigned char bIsSupported;
  unsigned char nNumNVDECs;
  unsigned short nOutputFormatMask;
  unsigned nMaxWidth, nMaxHeight, nMaxMBCount;
  unsigned short nMinWidth, nMinHeight;
  unsigned char bIsHistogramSupported;
  unsigned char nCounterBitDepth;
  unsigned short nMaxHistogramBins;
  unsigned reserved3[10];
};

struct CUVIDDECODECREATEINFO {
  unsigned long ulWidth, ulHeight;
  unsigned long ulNumDecodeSurfaces;
  cudaVideoCodec CodecType;
  cudaVideoChromaFormat ChromaFormat;
  unsigned long ulCreationFlags;
  unsigned long bitDepthMinus8;
  unsigned long ulIntraDecodeOnly;
  unsigned long ulMaxWidth, ulMaxHeight;
  unsigned long Reserved1;
  struct {
    short left, top, right, bottom;
  } display_area;
  cudaVideoSurfaceFormat OutputFormat;
  int DeinterlaceMode;
  unsigned long ulTargetWidth, ulTargetHeight;
  unsigned long ulNumOutputSurfaces;
  void* vidLock;
  struct {
    short left, top, right, bottom;
  } target_rect;
  unsigned long enableHistogram;
  unsigned long Reserved2[4];
};

struct CUVIDPROCPARAMS {
  int progressive_frame;
  int second_field;
  int top_field_first;
  int unpaired_field;
  unsigned reserved_flags, reserved_zero;
  unsigned long long raw_input_dptr;
  unsigned raw_input_pitch, raw_input_format;
  unsigned long long raw_output_dptr;
  unsigned raw_output_pitch, Reserved1;
  CUstream output_stream;
  unsigned Reserved[46];
  unsigned long long* histogram_dptr;
  void* Reserved2[1];
};

struct CUVIDGETDECODESTATUS {
  cuvidDecodeStatus decodeStatus;
  unsigned reserved[31];
  void* pReserved[8];
};

// member name, symbol, parameters
#define CUWEAVE_NVCUVID_FUNCTIONS(F)                                                                  \
  F(decoderCaps, cuvidGetDecoderCaps, (CUVIDDECODECAPS*))                                             \
  F(createDecoder, cuvidCreateDecoder, (CUvideodecoder*, CUVIDDECODECREATEINFO*))                     \
  F(destroyDecoder, cuvidDestroyDecoder, (CUvideodecoder))                                            \
  F(decodePicture, cuvidDecodePicture, (CUvideodecoder, CUVIDPICPARAMS*))                             \
  F(decodeStatus, cuvidGetDecodeStatus, (CUvideodecoder, int, CUVIDGETDECODESTATUS*))                 \
  F(mapVideoFrame, cuvidMapVideoFrame64,                                                              \
    (CUvideodecoder, int, unsigned long long*, unsigned*, CUVIDPROCPARAMS*))                          \
  F(unmapVideoFrame, cuvidUnmapVideoFrame64, (CUvideodecoder, unsigned long long))                    \
  F(createParser, cuvidCreateVideoParser, (CUvideoparser*, CUVIDPARSERPARAMS*))                       \
  F(parseVideoData, cuvidParseVideoData, (CUvideoparser, CUVIDSOURCEDATAPACKET*))                     \
  F(destroyParser, cuvidDestroyVideoParser, (CUvideoparser))

struct Nvcuvid {
#define CUWEAVE_DECLARE(member, symbol, parameters) CUresult(*member) parameters;
  CUWEAVE_NVCUVID_FUNCTIONS(CUWEAVE_DECLARE)
#undef CUWEAVE_DECLARE
};

struct NvcuvidState {
  // Null where NVDEC cannot be used; `reason` then says why: noDriver, driverTooOld, noDevice, noVideoLibrary or error.
  const Nvcuvid* api = nullptr;
  std::string reason;
  std::string message;
};

// Opens the driver and its video library at the first call; the answer stays for the process.
const NvcuvidState& nvcuvidState();

}  // namespace cuweave
