// A stand-in for libnvcuvid beside fakeCuda.cpp, so that decoding can be tested without a GPU. A "bitstream" is a row of
// pictures of four bytes: a letter, a value, width / 8, height / 8. The letter: V key frame, W other frame, R and S the same
// but damaged; A a frame that is not shown, by the bit that VP8 has for it; P a key frame behind a new sequence header; Y the decoder
// refuses it, ? the parser does. Like the real one, the parser gives the times of packets to pictures in the order in which it shows
// them, so that hidden ones move those behind. All samples of a picture have its value. A surface is filled on the
// stream that it is mapped on, after a while, and overwritten there once it is unmapped; the one that was unmapped last is the
// next. Mapping more surfaces than were asked for fails. Where a sequence begins, pictures of the one before wait to be shown, and the
// numbers of decode surfaces are given out anew. In H.264 such a picture stands behind the first three bytes of a slice, once in a NAL unit,
// and the letter G is a key frame whose samples tell where they lie: value + x + 3 y in luma, and as much of a sample's own place
// in chroma, by the coded picture. As it seems of the real parser, it does not tell what is cropped on the left and at the top.
#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "../../native/src/video/nvcuvid.h"

using namespace cuweave;

namespace {

template <typename Function>
Function cuda(const char* name) {
  static void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  return reinterpret_cast<Function>(dlsym(driver, name));
}

struct Picture {
  uint8_t value = 0;
  bool damaged = false, graded = false;
};
struct Decoder {
  CUVIDDECODECREATEINFO info;
  std::mutex mutex;
  std::map<int, Picture> pictures;
  // Its surfaces that are not mapped.
  std::vector<unsigned long long> idle;
  // The streams of those that are mapped.
  std::map<unsigned long long, CUstream> mapped;
};
struct Parser {
  CUVIDPARSERPARAMS params;
  std::deque<CUVIDPARSERDISPINFO> waiting;
  std::deque<long long> times;
  uint8_t width = 0, height = 0;
  int surfaces = 0, next = 0;
};
// What cuvidDecodePicture reads of a picture of ours.
struct Coded {
  CUVIDPICPARAMS params;
  char letter;
  uint8_t value;
};
struct Fill {
  unsigned long long pointer;
  size_t pitch, width, height;
  int left, top;
  uint8_t value;
  bool graded;
};

void fillSurface(const Fill& fill) {
  auto* at = reinterpret_cast<uint8_t*>(fill.pointer);
  if (!fill.graded) {
    std::memset(at, fill.value, fill.pitch * fill.height * 3 / 2);
    return;
  }
  for (size_t row = 0; row < fill.height * 3 / 2; row++, at += fill.pitch) {
    const bool luma = row < fill.height;
    const size_t y = luma ? row + fill.top : row - fill.height + fill.top / 2;
    for (size_t column = 0; column < fill.width; column++) {
      const size_t x = luma ? column + fill.left : (column + fill.left) / 2;
      at[column] = static_cast<uint8_t>(fill.value + x + 3 * y);
    }
  }
}

int show(Parser& parser, size_t keep) {
  while (parser.waiting.size() > keep) {
    CUVIDPARSERDISPINFO info = parser.waiting.front();
    parser.waiting.pop_front();
    if (!parser.params.pfnDisplayPicture(parser.params.pUserData, &info)) return 999;
  }
  return 0;
}

}  // namespace

extern "C" {

int cuvidGetDecoderCaps(CUVIDDECODECAPS* caps) {
  const bool known = caps->eCodecType == cudaVideoCodec_VP8 || caps->eCodecType == cudaVideoCodec_H264;
  caps->bIsSupported = known && caps->eChromaFormat == cudaVideoChromaFormat_420 && caps->nBitDepthMinus8 == 0;
  if (!caps->bIsSupported) return 0;
  caps->nNumNVDECs = 3;
  caps->nOutputFormatMask = 1;
  caps->nMaxWidth = caps->nMaxHeight = 1024;
  caps->nMaxMBCount = 4096;
  caps->nMinWidth = caps->nMinHeight = 16;
  return 0;
}

size_t pitchOf(const CUVIDDECODECREATEINFO& info) { return (info.ulTargetWidth + 511) / 512 * 512; }
size_t bytesOf(const CUVIDDECODECREATEINFO& info) { return pitchOf(info) * info.ulTargetHeight * 3 / 2; }

int cuvidCreateDecoder(CUvideodecoder* decoder, CUVIDDECODECREATEINFO* info) {
  auto* made = new Decoder();
  made->info = *info;
  for (unsigned long n = 0; n < info->ulNumOutputSurfaces; n++) {
    const auto surface = cuda<unsigned long long (*)(size_t)>("cuFakeReserve")(bytesOf(*info));
    if (surface == 0) return 2;
    made->idle.push_back(surface);
  }
  *decoder = made;
  return 0;
}
int cuvidDestroyDecoder(CUvideodecoder decoder) {
  auto* own = static_cast<Decoder*>(decoder);
  if (!own->mapped.empty()) std::abort();
  for (const auto surface : own->idle) cuda<void (*)(unsigned long long)>("cuFakeRelease")(surface);
  delete own;
  return 0;
}

int cuvidDecodePicture(CUvideodecoder decoder, CUVIDPICPARAMS* params) {
  auto& own = *static_cast<Decoder*>(decoder);
  const auto& coded = *reinterpret_cast<Coded*>(params);
  if (coded.letter == 'Y') return 999;
  std::lock_guard lock(own.mutex);
  own.pictures[params->CurrPicIdx] = {coded.value, coded.letter == 'R' || coded.letter == 'S', coded.letter == 'G'};
  return 0;
}
int cuvidGetDecodeStatus(CUvideodecoder decoder, int index, CUVIDGETDECODESTATUS* status) {
  auto& own = *static_cast<Decoder*>(decoder);
  std::lock_guard lock(own.mutex);
  status->decodeStatus = own.pictures[index].damaged ? cuvidDecodeStatus_Error_Concealed : cuvidDecodeStatus_Success;
  return 0;
}

int cuvidMapVideoFrame64(CUvideodecoder decoder, int index, unsigned long long* pointer, unsigned* pitch,
                         CUVIDPROCPARAMS* params) {
  auto& own = *static_cast<Decoder*>(decoder);
  std::lock_guard lock(own.mutex);
  if (own.idle.empty()) return 2;
  *pitch = static_cast<unsigned>(pitchOf(own.info));
  *pointer = own.idle.back();
  own.idle.pop_back();
  own.mapped[*pointer] = params->output_stream;
  cuda<void (*)(unsigned long long)>("cuFakeMap")(*pointer);
  const Picture& picture = own.pictures[index];
  const auto& area = own.info.display_area;
  auto* fill = new Fill{*pointer,  *pitch,   own.info.ulTargetWidth, own.info.ulTargetHeight,
                        area.left, area.top, picture.value,          picture.graded};
  cuda<void (*)(CUstream, void (*)(void*), void*, void (*)(void*))>("cuFakeEnqueue")(
      params->output_stream,
      [](void* data) {
        fillSurface(*static_cast<Fill*>(data));
      },
      fill, [](void* data) { delete static_cast<Fill*>(data); });
  return 0;
}
int cuvidUnmapVideoFrame64(CUvideodecoder decoder, unsigned long long pointer) {
  auto& own = *static_cast<Decoder*>(decoder);
  std::lock_guard lock(own.mutex);
  cuda<void (*)(CUstream, unsigned long long)>("cuFakeUnmap")(own.mapped.at(pointer), pointer);
  own.mapped.erase(pointer);
  own.idle.push_back(pointer);
  return 0;
}

int cuvidCreateVideoParser(CUvideoparser* parser, CUVIDPARSERPARAMS* params) {
  auto* made = new Parser();
  made->params = *params;
  *parser = made;
  return 0;
}
int cuvidDestroyVideoParser(CUvideoparser parser) {
  delete static_cast<Parser*>(parser);
  return 0;
}

int cuvidParseVideoData(CUvideoparser parser, CUVIDSOURCEDATAPACKET* packet) {
  auto& own = *static_cast<Parser*>(parser);
  if (packet->payload_size > 0) own.times.push_back(packet->timestamp);
  const bool units = own.params.CodecType == cudaVideoCodec_H264;
  for (unsigned long at = 0; at + 4 <= packet->payload_size; at += units ? 1 : 4) {
    const unsigned char* bytes = packet->payload + at;
    if (units) {
      // Behind the start code of a slice its header takes two bytes.
      if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 1 || (bytes[3] & 31) != 5 || at + 9 > packet->payload_size) continue;
      bytes += 5;
    }
    if (bytes[0] == '?') return 999;
    if (bytes[0] == 'P' || bytes[2] != own.width || bytes[3] != own.height) {
      CUVIDEOFORMAT format{};
      format.codec = own.params.CodecType;
      format.chroma_format = cudaVideoChromaFormat_420;
      format.min_num_decode_surfaces = own.surfaces == 0 ? 6 : 4;
      format.coded_width = (bytes[2] * 8u + 15) / 16 * 16;
      format.coded_height = (bytes[3] * 8u + 15) / 16 * 16;
      format.display_area = {0, 0, bytes[2] * 8, bytes[3] * 8};
      format.video_signal_description.matrix_coefficients = 1;
      own.surfaces = own.params.pfnSequenceCallback(own.params.pUserData, &format);
      if (own.surfaces == 0) return 999;
      own.width = bytes[2];
      own.height = bytes[3];
      own.next = 0;
    }
    Coded coded{};
    coded.params.CurrPicIdx = own.next;
    coded.params.PicWidthInMbs = (own.width * 8 + 15) / 16;
    coded.params.FrameHeightInMbs = (own.height * 8 + 15) / 16;
    coded.letter = static_cast<char>(bytes[0]);
    coded.value = bytes[1];
    if (!own.params.pfnDecodePicture(own.params.pUserData, &coded.params)) return 999;
    CUVIDPARSERDISPINFO info{};
    info.picture_index = own.next;
    info.progressive_frame = 1;
    own.next = (own.next + 1) % own.surfaces;
    if (coded.letter == 'A') continue;
    info.timestamp = own.times.front();
    own.times.pop_front();
    own.waiting.push_back(info);
    if (const int code = show(own, own.params.ulMaxDisplayDelay)) return code;
  }
  return packet->flags & CUVID_PKT_ENDOFSTREAM ? show(own, 0) : 0;
}

}  // extern "C"
