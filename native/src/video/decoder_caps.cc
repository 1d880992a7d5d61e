#include "video/decoder_caps.h"

#include <map>
#include <mutex>
#include <tuple>

namespace cuweave {

namespace {

struct CodecName {
  const char* name;
  cudaVideoCodec codec;
};
constexpr CodecName kCodecs[] = {
    {"mpeg1", cudaVideoCodec_MPEG1}, {"mpeg2", cudaVideoCodec_MPEG2}, {"mpeg4", cudaVideoCodec_MPEG4},
    {"mjpeg", cudaVideoCodec_JPEG},  {"avc", cudaVideoCodec_H264},    {"hevc", cudaVideoCodec_HEVC},
    {"vp8", cudaVideoCodec_VP8},     {"vp9", cudaVideoCodec_VP9},     {"av1", cudaVideoCodec_AV1},
};

const char* codecName(cudaVideoCodec codec) {
  for (const auto& [name, value] : kCodecs) {
    if (value == codec) return name;
  }
  return "unknown";
}

const char* chromaName(int chroma) {
  static constexpr const char* names[] = {"4:0:0", "4:2:0", "4:2:2", "4:4:4"};
  return chroma >= 0 && chroma < 4 ? names[chroma] : "unknown chroma";
}

}  // namespace

std::optional<cudaVideoCodec> codecOf(const std::string& name) {
  for (const auto& [known, codec] : kCodecs) {
    if (name == known) return codec;
  }
  return std::nullopt;
}

Failure refused(CudaContext& context, CUresult code, const std::string& operation) {
  if (code == CUDA_ERROR_OUT_OF_MEMORY) return context.failure(code, operation);
  return Failure(FailureKind::Kernel, operation + " failed with " + errorName(code) + " (" + std::to_string(code) + ")");
}

const Nvcuvid& requireApi() {
  const NvcuvidState& state = nvcuvidState();
  if (!state.api) throw unavailable(state.reason, state.message);
  return *state.api;
}

namespace {

// The driver takes milliseconds for an answer, which is the same for ever.
CUVIDDECODECAPS capsOf(CudaContext& context, cudaVideoCodec codec, int chroma, int bitDepth) {
  static std::mutex mutex;
  static auto* known = new std::map<std::tuple<int, int, int, int>, CUVIDDECODECAPS>();
  std::lock_guard lock(mutex);
  const auto key = std::make_tuple(context.info.ordinal, static_cast<int>(codec), chroma, bitDepth);
  if (const auto found = known->find(key); found != known->end()) return found->second;
  CUVIDDECODECAPS caps{};
  caps.eCodecType = codec;
  caps.eChromaFormat = static_cast<cudaVideoChromaFormat>(chroma);
  caps.nBitDepthMinus8 = static_cast<unsigned>(bitDepth - 8);
  const CUresult code = nvcuvidState().api->decoderCaps(&caps);
  if (code != CUDA_SUCCESS) throw refused(context, code, "cuvidGetDecoderCaps");
  known->emplace(key, caps);
  return caps;
}

Failure unsupported(const std::string& message) { return unavailable("unsupportedByDevice", message); }

}  // namespace

std::vector<DecoderCapability> decoderCapabilities(CudaContext& context, std::optional<cudaVideoCodec> only) {
  requireApi();
  context.enter();
  std::vector<DecoderCapability> found;
  for (const auto& [name, codec] : kCodecs) {
    if (only && codec != *only) continue;
    for (const int chroma : {cudaVideoChromaFormat_420, cudaVideoChromaFormat_422, cudaVideoChromaFormat_444}) {
      for (const int bitDepth : {8, 10, 12}) {
        const CUVIDDECODECAPS caps = capsOf(context, codec, chroma, bitDepth);
        found.push_back({name, chroma, bitDepth, caps.bIsSupported != 0, caps.nNumNVDECs, caps.nMaxWidth, caps.nMaxHeight,
                         caps.nMinWidth, caps.nMinHeight});
      }
    }
  }
  return found;
}

cudaVideoSurfaceFormat surfaceFor(CudaContext& context, const CUVIDEOFORMAT& format) {
  const int bitDepth = 8 + format.bit_depth_luma_minus8;
  const std::string what = std::to_string(bitDepth) + "-bit " + chromaName(format.chroma_format) + " " +
                           codecName(format.codec) + " of " + std::to_string(format.coded_width) + "×" +
                           std::to_string(format.coded_height);
  if (bitDepth > 16 || format.chroma_format < 0 || format.chroma_format > 3) {
    throw unsupported("the bitstream announces " + what);
  }
  const CUVIDDECODECAPS caps = capsOf(context, format.codec, format.chroma_format, bitDepth);
  if (!caps.bIsSupported) throw unsupported(context.info.name + " does not decode " + what);
  if (format.coded_width > caps.nMaxWidth || format.coded_height > caps.nMaxHeight || format.coded_width < caps.nMinWidth ||
      format.coded_height < caps.nMinHeight ||
      uint64_t{format.coded_width} * format.coded_height / 256 > caps.nMaxMBCount) {
    throw unsupported(context.info.name + " does not decode " + what + ": it takes " + std::to_string(caps.nMinWidth) + "×" +
                      std::to_string(caps.nMinHeight) + " to " + std::to_string(caps.nMaxWidth) + "×" +
                      std::to_string(caps.nMaxHeight) + ", of at most " + std::to_string(caps.nMaxMBCount) + " macroblocks");
  }
  const bool deep = bitDepth > 8;
  const bool full = format.chroma_format == cudaVideoChromaFormat_444;
  if (format.chroma_format == cudaVideoChromaFormat_422) throw unsupported("cuweave does not read " + what + " from NVDEC");
  const cudaVideoSurfaceFormat surface =
      full ? (deep ? cudaVideoSurfaceFormat_YUV444_16Bit : cudaVideoSurfaceFormat_YUV444)
           : (deep ? cudaVideoSurfaceFormat_P016 : cudaVideoSurfaceFormat_NV12);
  if (!(caps.nOutputFormatMask & (1u << surface))) throw unsupported(context.info.name + " does not give the pixels of " + what);
  return surface;
}

}  // namespace cuweave
