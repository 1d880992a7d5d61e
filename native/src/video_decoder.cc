#include "video_decoder.h"

#include <algorithm>
#include <list>
#include <map>
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

// What the video library refuses may be damaged data: unlike the same codes from elsewhere, these say nothing of the device.
Failure refused(CudaContext& context, CUresult code, const std::string& operation) {
  if (code == CUDA_ERROR_OUT_OF_MEMORY) return context.failure(code, operation);
  return Failure(FailureKind::Kernel, operation + " failed with " + errorName(code) + " (" + std::to_string(code) + ")");
}

Failure unsupported(const std::string& message) { return unavailable("unsupportedByDevice", message); }

// More decode surfaces than a stream needs let the engine work while pictures wait to be mapped.
constexpr unsigned kExtraDecodeSurfaces = 4;
// How far the parser holds pictures back, so that several are with the engine at any time; its header advises 2 to 4.
constexpr unsigned kDisplayDelay = 4;

}  // namespace

std::optional<cudaVideoCodec> codecOf(const std::string& name) {
  for (const auto& [known, codec] : kCodecs) {
    if (name == known) return codec;
  }
  return std::nullopt;
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

const Nvcuvid& requireApi() {
  const NvcuvidState& state = nvcuvidState();
  if (!state.api) throw unavailable(state.reason, state.message);
  return *state.api;
}

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

namespace {

// What must be the same for a decoder to serve another stream.
using DecoderKey = std::tuple<int, int, int, int, unsigned long, unsigned long, short, short, short, short, unsigned long,
                              unsigned long>;

DecoderKey keyOf(const CUVIDDECODECREATEINFO& info, int ordinal) {
  const auto& area = info.display_area;
  return {ordinal,       info.CodecType, info.ChromaFormat, static_cast<int>(info.bitDepthMinus8),
          info.ulWidth,  info.ulHeight,  area.left,         area.top,
          area.right,    area.bottom,    info.ulNumDecodeSurfaces, info.ulNumOutputSurfaces};
}

uint64_t bytesOf(const CUVIDDECODECREATEINFO& info) {
  const uint64_t sample = info.bitDepthMinus8 > 0 ? 2 : 1;
  const uint64_t picture = info.ulWidth * info.ulHeight * sample * (info.ChromaFormat == cudaVideoChromaFormat_444 ? 6 : 3) / 2;
  return picture * (info.ulNumDecodeSurfaces + info.ulNumOutputSurfaces);
}

// Decoders that no stream uses. The oldest go when together they hold too much; none goes at the process's end, when the
// driver may be gone already.
class DecoderStore {
 public:
  static DecoderStore& get() {
    static auto* store = new DecoderStore();
    return *store;
  }
  CUvideodecoder take(const DecoderKey& key) {
    std::lock_guard lock(mutex_);
    for (auto it = idle_.begin(); it != idle_.end(); ++it) {
      if (it->key != key) continue;
      CUvideodecoder decoder = it->decoder;
      bytes_ -= it->bytes;
      idle_.erase(it);
      return decoder;
    }
    return nullptr;
  }
  void give(const DecoderKey& key, CUvideodecoder decoder, uint64_t bytes, uint64_t most) {
    std::vector<CUvideodecoder> surplus;
    {
      std::lock_guard lock(mutex_);
      idle_.push_back({key, decoder, bytes});
      bytes_ += bytes;
      while (!idle_.empty() && bytes_ > most) {
        surplus.push_back(idle_.front().decoder);
        bytes_ -= idle_.front().bytes;
        idle_.pop_front();
      }
    }
    for (CUvideodecoder old : surplus) nvcuvidState().api->destroyDecoder(old);
  }
  bool clear() {
    std::list<Idle> all;
    {
      std::lock_guard lock(mutex_);
      all.swap(idle_);
      bytes_ = 0;
    }
    for (const auto& idle : all) nvcuvidState().api->destroyDecoder(idle.decoder);
    return !all.empty();
  }

 private:
  struct Idle {
    DecoderKey key;
    CUvideodecoder decoder;
    uint64_t bytes;
  };
  std::mutex mutex_;
  std::list<Idle> idle_;
  uint64_t bytes_ = 0;
};

}  // namespace

class HardwareDecoder {
 public:
  HardwareDecoder(CudaContext& context, CUVIDDECODECREATEINFO info)
      : context_(context), info_(info), key_(keyOf(info, context.info.ordinal)) {
    handle = DecoderStore::get().take(key_);
    if (handle) return;
    const Nvcuvid& api = *nvcuvidState().api;
    CUresult code = api.createDecoder(&handle, &info);
    if (code == CUDA_ERROR_OUT_OF_MEMORY && DecoderStore::get().clear()) code = api.createDecoder(&handle, &info);
    if (code != CUDA_SUCCESS) {
      Failure failure = refused(context, code, "cuvidCreateDecoder");
      failure.bytes = bytesOf(info_);
      failure.totalBytes = context.info.totalMemory;
      throw failure;
    }
  }
  ~HardwareDecoder() {
    // After an error, or while pictures are mapped, it is of no use to another stream.
    try {
      context_.enter();
      if (broken) nvcuvidState().api->destroyDecoder(handle);
      else DecoderStore::get().give(key_, handle, bytesOf(info_), context_.info.totalMemory / 32);
    } catch (const Failure&) {
      // The device is lost, and the decoder with it.
    }
  }
  HardwareDecoder(const HardwareDecoder&) = delete;
  HardwareDecoder& operator=(const HardwareDecoder&) = delete;

  bool serves(const CUVIDDECODECREATEINFO& info) const { return keyOf(info, context_.info.ordinal) == key_; }
  CUvideodecoder handle = nullptr;
  std::atomic<bool> broken{false};

 private:
  CudaContext& context_;
  CUVIDDECODECREATEINFO info_;
  DecoderKey key_;
};

class SurfaceKeeper : public std::enable_shared_from_this<SurfaceKeeper> {
 public:
  SurfaceKeeper(CudaContext& context, int surfaces) : context(context), surfaces_(surfaces), thread_("cuweave unmap") {}

  // Waits for a free surface; false if `wanted` turned false first.
  template <typename Wanted>
  bool reserve(Wanted wanted) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return mapped_ < surfaces_ || !wanted(); });
    if (!wanted()) return false;
    ++mapped_;
    return true;
  }
  void cancel() {
    std::lock_guard lock(mutex_);
    --mapped_;
    changed_.notify_all();
  }
  void wake() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  void giveBack(std::shared_ptr<HardwareDecoder> decoder, uint64_t pointer, std::vector<std::shared_ptr<CudaEvent>> after) {
    thread_.post([self = shared_from_this(), decoder = std::move(decoder), pointer, after = std::move(after)]() mutable {
      try {
        for (const auto& event : after) event->wait();
        self->context.enter();
        // Nothing that uses it runs any more: any stream will do.
        if (!decoder) self->context.free(pointer, nullptr);
        else if (nvcuvidState().api->unmapVideoFrame(decoder->handle, pointer) != CUDA_SUCCESS) decoder->broken = true;
      } catch (const Failure&) {
        if (decoder) decoder->broken = true;
      }
      if (!decoder) return;
      decoder.reset();
      self->cancel();
    });
  }

  CudaContext& context;
  // Surfaces that their owner has not given back.
  std::atomic<int> held{0};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int mapped_ = 0;
  const int surfaces_;
  // The last surface's task may be what ends it.
  TaskThread thread_;
};

void Surface::hold() {
  held_ = true;
  ++keeper_->held;
}

void Surface::release(std::vector<std::shared_ptr<CudaEvent>> after) {
  if (!keeper_) return;
  if (held_) --keeper_->held;
  after.push_back(ready);
  keeper_->giveBack(std::move(decoder_), pointer, std::move(after));
  keeper_.reset();
}

std::shared_ptr<VideoDecoder> VideoDecoder::open(CudaContext& context, const DecoderOptions& options) {
  requireApi();
  context.enter();
  return std::shared_ptr<VideoDecoder>(new VideoDecoder(context, options));
}

VideoDecoder::VideoDecoder(CudaContext& context, const DecoderOptions& options)
    : context(context),
      options(options),
      api_(requireApi()),
      keeper_(std::make_shared<SurfaceKeeper>(context, options.surfaces)) {}

VideoDecoder::~VideoDecoder() = default;

void VideoDecoder::push(Packet packet) {
  // Parsers read ahead of the byte they need.
  packet.size = packet.data.size();
  packet.data.resize(packet.size + 64);
  std::lock_guard lock(mutex_);
  if (stopping_) throw disposed("decoder");
  if (failure_) throw *failure_;
  packets_.push_back(std::move(packet));
  if (!started_) {
    started_ = running_ = true;
    try {
      startThread("cuweave nvdec", [self = shared_from_this()] { self->run(); });
    } catch (...) {
      started_ = running_ = false;
      throw;
    }
  }
  changed_.notify_all();
}

std::vector<std::optional<Picture>> VideoDecoder::take(size_t most) {
  std::vector<std::optional<Picture>> taken;
  std::lock_guard lock(mutex_);
  while (!pictures_.empty() && taken.size() < most) {
    taken.push_back(std::move(pictures_.front()));
    pictures_.pop_front();
  }
  if (options.copies) changed_.notify_all();
  if (taken.empty() && failure_) throw *failure_;
  return taken;
}

void VideoDecoder::wait(int64_t low, std::function<void(const Failure*)> done) {
  std::unique_lock lock(mutex_);
  if (stopping_ || failure_ || !pictures_.empty() || isLow(low)) {
    lock.unlock();
    // What went wrong is said by take().
    done(nullptr);
    return;
  }
  // One waits at a time: an earlier one looks again.
  tell();
  waiting_ = std::move(done);
  low_ = low;
}

size_t VideoDecoder::queued() const {
  std::lock_guard lock(mutex_);
  return waitingPackets();
}

int VideoDecoder::held() const { return keeper_->held; }

// With the lock held.
void VideoDecoder::tell() {
  if (!waiting_) return;
  auto done = std::move(waiting_);
  waiting_ = nullptr;
  done(nullptr);
}

void VideoDecoder::reset() {
  std::deque<std::optional<Picture>> dropped;
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    packets_.clear();
    dropped.swap(pictures_);
    failure_.reset();
    tell();
    changed_.notify_all();
  }
  keeper_->wake();
}

void VideoDecoder::stop() {
  std::deque<std::optional<Picture>> dropped;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    packets_.clear();
    dropped.swap(pictures_);
    tell();
    changed_.notify_all();
  }
  keeper_->wake();
}

void VideoDecoder::join() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !running_; });
}

void VideoDecoder::fail(const Failure& failure) {
  failed_ = true;
  std::lock_guard lock(mutex_);
  if (!current() || failure_) return;
  failure_ = failure;
  packets_.clear();
  tell();
}

void VideoDecoder::run() {
  bool ready = false;
  try {
    context.enter();
    context.check(context.driver.streamCreate(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    ready = true;
  } catch (const Failure& failure) {
    fail(failure);
  }
  for (;;) {
    Packet packet;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !packets_.empty(); });
      if (stopping_) break;
      packet = std::move(packets_.front());
      packets_.pop_front();
      parsing_ = generation_;
      busy_ = true;
      if (isLow(low_)) tell();
    }
    if (ready) work(packet);
    std::lock_guard lock(mutex_);
    busy_ = false;
    if (packet.last && current() && !failure_) {
      pictures_.push_back(std::nullopt);
      tell();
    }
    if (isLow(low_)) tell();
  }
  try {
    context.enter();
    closeParser();
    if (stream_) context.driver.streamDestroy(stream_);
  } catch (const Failure&) {
    // The device is lost.
  }
  decoder_.reset();
  std::lock_guard lock(mutex_);
  running_ = false;
  changed_.notify_all();
}

// What goes wrong ends in fail(): no exception may pass through the parser's C code, or end the thread. 0 tells the parser
// to stop.
template <typename Call>
int VideoDecoder::shielded(void* self, Call call) {
  auto& decoder = *static_cast<VideoDecoder*>(self);
  try {
    return call(decoder);
  } catch (const Failure& failure) {
    decoder.fail(failure);
  } catch (const std::exception& error) {
    decoder.fail(Failure(FailureKind::Kernel, error.what()));
  }
  return 0;
}

void VideoDecoder::work(const Packet& packet) {
  shielded(this, [&](VideoDecoder&) {
    context.enter();
    // A parser remembers: after a reset another one begins.
    if (parser_ && opened_ != parsing_) closeParser();
    if (!parser_) {
      failed_ = false;
      openParser();
      opened_ = parsing_;
    }
    if (!failed_) parse(packet);
    return 1;
  });
}

void VideoDecoder::openParser() {
  CUVIDPARSERPARAMS params{};
  params.CodecType = options.codec;
  // The sequence callback says how many.
  params.ulMaxNumDecodeSurfaces = 1;
  params.ulMaxDisplayDelay = options.lowLatency ? 0 : kDisplayDelay;
  // Damaged pictures are decoded all the same, and marked: nobody is to take a gap for a cut.
  params.ulErrorThreshold = 100;
  params.pUserData = this;
  params.pfnSequenceCallback = [](void* self, CUVIDEOFORMAT* format) {
    return shielded(self, [&](VideoDecoder& decoder) { return decoder.sequence(*format); });
  };
  params.pfnDecodePicture = [](void* self, CUVIDPICPARAMS* picture) {
    return shielded(self, [&](VideoDecoder& decoder) { return decoder.decode(*picture); });
  };
  params.pfnDisplayPicture = [](void* self, CUVIDPARSERDISPINFO* info) {
    return info ? shielded(self, [&](VideoDecoder& decoder) { return decoder.display(*info); }) : 1;
  };
  const CUresult code = api_.createParser(&parser_, &params);
  if (code != CUDA_SUCCESS) throw refused(context, code, "cuvidCreateVideoParser");
}

void VideoDecoder::closeParser() {
  if (!parser_) return;
  api_.destroyParser(parser_);
  parser_ = nullptr;
}

namespace {

// VP9 may put several frames in a packet, with their sizes at its end, which fill it (VP9 bitstream specification, annex B).
// libnvcuvid's parser believes the sizes: with wrong ones it reads beyond the packet and ends the process.
bool isWholeSuperframe(const uint8_t* data, size_t size) {
  const uint8_t marker = data[size - 1];
  if ((marker & 0xe0) != 0xc0) return true;
  const size_t frames = (marker & 7) + 1, bytesPerSize = (marker >> 3 & 3) + 1;
  const size_t index = 2 + frames * bytesPerSize;
  if (size < index || data[size - index] != marker) return true;
  uint64_t total = 0;
  const uint8_t* at = data + size - index + 1;
  for (size_t frame = 0; frame < frames; ++frame) {
    for (size_t n = 0; n < bytesPerSize; ++n) total += uint64_t{*at++} << (8 * n);
  }
  return total == size - index;
}

}  // namespace

void VideoDecoder::parse(const Packet& packet) {
  CUVIDSOURCEDATAPACKET source{};
  if (packet.size > 0) {
    if (options.codec == cudaVideoCodec_VP9 && !isWholeSuperframe(packet.data.data(), packet.size)) {
      throw Failure(FailureKind::Kernel, "a packet of several frames is shorter than they are");
    }
    source.payload = packet.data.data();
    source.payload_size = packet.size;
    source.timestamp = packet.id;
    source.flags = CUVID_PKT_TIMESTAMP | (options.wholePackets ? CUVID_PKT_ENDOFPICTURE : 0);
    id_ = packet.id;
    const CUresult code = api_.parseVideoData(parser_, &source);
    // The parser hands on that a callback failed; what went wrong is known better already.
    std::lock_guard lock(mutex_);
    if (code != CUDA_SUCCESS && !failure_ && current()) throw refused(context, code, "cuvidParseVideoData");
  }
  if (packet.last) {
    CUVIDSOURCEDATAPACKET end{};
    end.flags = CUVID_PKT_ENDOFSTREAM;
    api_.parseVideoData(parser_, &end);
    // Begins the next stream from nothing.
    closeParser();
  }
}

int VideoDecoder::sequence(const CUVIDEOFORMAT& format) {
  // Until this stream is known to be decodable nothing of it must reach the last one's decoder.
  auto last = std::move(decoder_);
  decoder_ = nullptr;
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
  const auto surface = full ? (deep ? cudaVideoSurfaceFormat_YUV444_16Bit : cudaVideoSurfaceFormat_YUV444)
                            : (deep ? cudaVideoSurfaceFormat_P016 : cudaVideoSurfaceFormat_NV12);
  if (!(caps.nOutputFormatMask & (1u << surface))) throw unsupported(context.info.name + " does not give the pixels of " + what);

  const auto& area = format.display_area;
  const int width = area.right - area.left, height = area.bottom - area.top;
  if (area.left < 0 || area.top < 0 || width < 1 || height < 1 || area.right > static_cast<int>(format.coded_width) ||
      area.bottom > static_cast<int>(format.coded_height)) {
    throw Failure(FailureKind::Kernel, "the bitstream shows an area that lies outside of its " + what);
  }
  // Surfaces have even sizes: an odd picture takes a column or row of the coder's padding along.
  const int evenWidth = std::min((width + 1) & ~1, static_cast<int>(format.coded_width + 1) & ~1);
  const int evenHeight = std::min((height + 1) & ~1, static_cast<int>(format.coded_height + 1) & ~1);

  CUVIDDECODECREATEINFO info{};
  info.ulWidth = format.coded_width;
  info.ulHeight = format.coded_height;
  info.ulMaxWidth = format.coded_width;
  info.ulMaxHeight = format.coded_height;
  info.ulNumDecodeSurfaces = format.min_num_decode_surfaces + kExtraDecodeSurfaces;
  info.CodecType = format.codec;
  info.ChromaFormat = format.chroma_format;
  info.ulCreationFlags = cudaVideoCreate_PreferCUVID;
  info.bitDepthMinus8 = static_cast<unsigned long>(bitDepth - 8);
  info.display_area.left = static_cast<short>(area.left);
  info.display_area.top = static_cast<short>(area.top);
  info.display_area.right = static_cast<short>(area.left + evenWidth);
  info.display_area.bottom = static_cast<short>(area.top + evenHeight);
  info.OutputFormat = surface;
  info.DeinterlaceMode = cudaVideoDeinterlaceMode_Weave;
  info.ulTargetWidth = static_cast<unsigned long>(evenWidth);
  info.ulTargetHeight = static_cast<unsigned long>(evenHeight);
  info.ulNumOutputSurfaces = static_cast<unsigned long>(options.surfaces);
  // The old one goes once its last picture is given back.
  if (last && !last->broken && last->serves(info)) decoder_ = std::move(last);
  last.reset();
  if (!decoder_) decoder_ = std::make_shared<HardwareDecoder>(context, info);

  const auto& signal = format.video_signal_description;
  auto found = std::make_shared<PictureFormat>();
  found->surface = surface;
  found->bitDepth = bitDepth;
  found->surfaceHeight = static_cast<unsigned>(evenHeight);
  found->width = static_cast<unsigned>(width);
  found->height = static_cast<unsigned>(height);
  found->fullRange = signal.video_full_range_flag;
  found->primaries = signal.color_primaries;
  found->transfer = signal.transfer_characteristics;
  found->matrix = signal.matrix_coefficients;
  format_ = std::move(found);
  ids_.resize(info.ulNumDecodeSurfaces);
  codedWidth_ = format.coded_width;
  codedHeight_ = format.coded_height;
  return static_cast<int>(info.ulNumDecodeSurfaces);
}

int VideoDecoder::decode(CUVIDPICPARAMS& picture) {
  if (!decoder_ || failed_) return 0;
  // Damaged headers may announce what the decoder was not made for, and the driver does not look.
  const auto index = static_cast<size_t>(picture.CurrPicIdx);
  if (index >= ids_.size() || picture.PicWidthInMbs < 1 || picture.FrameHeightInMbs < 1 ||
      static_cast<unsigned>(picture.PicWidthInMbs - 1) * 16 >= codedWidth_ ||
      static_cast<unsigned>(picture.FrameHeightInMbs - 1) * 16 >= codedHeight_) {
    throw Failure(FailureKind::Kernel, "a picture does not have the size that its stream announced");
  }
  // A whole packet is decoded in its own call: so it is known whose picture this is. The parser would only guess it from
  // the order of times.
  ids_[index] = id_;
  const CUresult code = api_.decodePicture(decoder_->handle, &picture);
  if (code == CUDA_SUCCESS) return 1;
  decoder_->broken = true;
  throw refused(context, code, "cuvidDecodePicture");
}

int VideoDecoder::display(const CUVIDPARSERDISPINFO& info) {
  if (!decoder_ || failed_) return 0;
  const auto index = static_cast<size_t>(info.picture_index);
  if (index >= ids_.size()) throw Failure(FailureKind::Kernel, "NVDEC shows a picture that it does not have");
  const auto wanted = [&] {
    std::lock_guard lock(mutex_);
    return current();
  };
  if (options.copies) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pictures_.size() < static_cast<size_t>(options.surfaces) || !current(); });
  }
  // Nobody wants it any more: the parser goes on to the end of its packet.
  if (!keeper_->reserve(wanted)) return 1;

  CUVIDPROCPARAMS params{};
  params.progressive_frame = info.progressive_frame;
  params.top_field_first = info.top_field_first;
  params.unpaired_field = info.repeat_first_field < 0;
  params.output_stream = stream_;
  unsigned long long pointer = 0;
  unsigned pitch = 0;
  const CUresult code = api_.mapVideoFrame(decoder_->handle, info.picture_index, &pointer, &pitch, &params);
  if (code != CUDA_SUCCESS) {
    keeper_->cancel();
    decoder_->broken = true;
    throw refused(context, code, "cuvidMapVideoFrame");
  }
  Picture picture;
  picture.surface = std::make_unique<Surface>(keeper_, decoder_, pointer, recorded());
  const bool planar = format_->surface == cudaVideoSurfaceFormat_YUV444 ||
                      format_->surface == cudaVideoSurfaceFormat_YUV444_16Bit;
  const size_t luma = size_t{pitch} * format_->surfaceHeight;
  picture.bytes = planar ? luma * 3 : luma + luma / 2;
  if (options.copies) picture.surface = copyOf(*picture.surface, picture.bytes);
  // Codecs without reordering show an earlier picture again, or one that came hidden in another packet: there the packet that
  // shows it counts, which the parser knows.
  const bool reorders = options.codec == cudaVideoCodec_H264 || options.codec == cudaVideoCodec_HEVC;
  picture.id = options.wholePackets && reorders ? ids_[index] : info.timestamp;
  picture.format = format_;
  picture.pitch = pitch;
  CUVIDGETDECODESTATUS status{};
  // Other codecs than H.264, HEVC and JPEG have no status.
  if (api_.decodeStatus(decoder_->handle, info.picture_index, &status) == CUDA_SUCCESS) {
    picture.damaged =
        status.decodeStatus == cuvidDecodeStatus_Error || status.decodeStatus == cuvidDecodeStatus_Error_Concealed;
  }
  std::lock_guard lock(mutex_);
  if (current()) {
    pictures_.push_back(std::move(picture));
    tell();
  }
  return 1;
}

std::shared_ptr<CudaEvent> VideoDecoder::recorded() {
  auto event = std::make_shared<CudaEvent>(context, false);
  context.check(context.driver.eventRecord(event->handle(), stream_), "cuEventRecord");
  return event;
}

std::unique_ptr<Surface> VideoDecoder::copyOf(Surface& surface, size_t bytes) {
  const CUdeviceptr pointer = context.allocate(bytes, stream_);
  context.check(context.driver.memcpyDtoDAsync(pointer, surface.pointer, bytes, stream_), "cuMemcpyDtoDAsync");
  auto ready = recorded();
  surface.release({ready});
  return std::make_unique<Surface>(keeper_, nullptr, pointer, std::move(ready));
}

namespace {

class SurfaceMemory : public Memory {
 public:
  SurfaceMemory(const std::shared_ptr<Device>& device, Picture& picture)
      : Memory(device, picture.surface->pointer, picture.bytes, nullptr), surface_(std::move(picture.surface)) {
    ready = surface_->ready;
    surface_->hold();
  }
  void release() override {
    std::vector<std::shared_ptr<CudaEvent>> events;
    const auto note = [&](const Mark& mark) {
      if (!mark.stream) return;
      events.push_back(std::static_pointer_cast<CudaEvent>(openStreamAfter(mark)->record(false)));
    };
    try {
      note(written);
      for (const auto& mark : read) note(mark);
    } catch (const Failure&) {
      // The device is lost and runs nothing any more.
    }
    surface_->release(std::move(events));
  }

 private:
  std::unique_ptr<Surface> surface_;
};

}  // namespace

std::shared_ptr<Memory> surfaceMemory(const std::shared_ptr<Device>& device, Picture& picture) {
  return std::make_shared<SurfaceMemory>(device, picture);
}

}  // namespace cuweave
