// What a chip's NVDEC decodes, and what stands in the way of using it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cuda/cuda_context.h"
#include "video/nvcuvid.h"

namespace cuweave {

// One kind of video that a chip may decode; `supported` false: it does not.
struct DecoderCapability {
  const char* codec;
  int chroma;
  int bitDepth;
  bool supported;
  int engines;
  unsigned maxWidth, maxHeight, minWidth, minHeight;
};
// The capabilities of every codec, or of one.
std::vector<DecoderCapability> decoderCapabilities(CudaContext& context, std::optional<cudaVideoCodec> only);
// A name as in DecoderCapability; nullopt: none of NVDEC's.
std::optional<cudaVideoCodec> codecOf(const std::string& name);

// Throws where the video library cannot be used.
const Nvcuvid& requireApi();

// What the video library refuses may be damaged data: unlike the same codes from elsewhere, these say nothing of the device.
Failure refused(CudaContext& context, CUresult code, const std::string& operation);

// In which format the chip gives the pictures of such a stream. Throws where it does not decode them, naming what it does.
cudaVideoSurfaceFormat surfaceFor(CudaContext& context, const CUVIDEOFORMAT& format);

}  // namespace cuweave
