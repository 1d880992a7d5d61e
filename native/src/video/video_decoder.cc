#include "video/video_decoder.h"

#include <algorithm>

#include "video/bitstream.h"
#include "video/decoder_caps.h"

namespace cuweave {

namespace {

// More decode surfaces than a stream needs let the engine work while pictures wait to be mapped.
constexpr unsigned kExtraDecodeSurfaces = 4;
// How far the parser holds pictures back, so that several are with the engine at any time; its header advises 2 to 4.
constexpr unsigned kDisplayDelay = 4;

template <typename Items, typename Condition>
void eraseIf(Items& items, Condition condition) {
  items.erase(std::remove_if(items.begin(), items.end(), condition), items.end());
}

}  // namespace

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
  std::unique_lock lock(mutex_);
  if (stopping_) throw disposed("decoder");
  if (failure_) throw *failure_;
  packets_.push_back(std::move(packet));
  if (!started_) {
    started_ = running_ = true;
    try {
      startThread("cuweave nvdec", [self = shared_from_this()] { self->run(); });
    } catch (const std::exception& error) {
      started_ = running_ = false;
      packets_.pop_back();
      throw unavailable("error", std::string("decoding needs a thread, and the system gives this process no more: ") +
                                     error.what());
    }
  }
  lock.unlock();
  changed_.notify_all();
}

std::vector<std::optional<Picture>> VideoDecoder::take(size_t most) {
  std::vector<std::optional<Picture>> taken;
  std::lock_guard lock(mutex_);
  while (!pictures_.empty() && taken.size() < most) {
    taken.push_back(std::move(pictures_.front()));
    pictures_.pop_front();
    if (!taken.back()) break;
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

// The caller holds the lock.
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
    stream_ = std::make_shared<DecoderStream>(context);
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
  } catch (const Failure&) {
    // The device is lost.
  }
  decoder_.reset();
  stream_.reset();
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
  decoded_.clear();
  decodeSurfaces_ = 0;
  if (!parser_) return;
  api_.destroyParser(parser_);
  parser_ = nullptr;
}

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
    window_ = packet.window;
    hidden_ = options.codec == cudaVideoCodec_VP8 && isHiddenVp8(packet.data.data(), packet.size);
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

namespace {

// A part of a picture.
struct Area {
  int64_t left, top, right, bottom;
};

// The part of such pictures that is shown. Throws where it does not lie in the coded one.
Area shownArea(const CUVIDEOFORMAT& format, const std::optional<Window>& window) {
  const auto& told = format.display_area;
  const Area area = window ? Area{window->left, window->top, int64_t{window->left} + window->width, int64_t{window->top} + window->height}
                           : Area{told.left, told.top, told.right, told.bottom};
  if (area.left < 0 || area.top < 0 || area.right <= area.left || area.bottom <= area.top || area.right > int64_t{format.coded_width} ||
      area.bottom > int64_t{format.coded_height}) {
    throw Failure(FailureKind::Kernel, "the bitstream shows an area that lies outside of its pictures of " +
                                           std::to_string(format.coded_width) + "×" + std::to_string(format.coded_height));
  }
  return area;
}

// What to make a decoder of that puts this area of such a stream into its surfaces.
CUVIDDECODECREATEINFO createInfo(const CUVIDEOFORMAT& format, const Area& area, cudaVideoSurfaceFormat surface, int surfaces) {
  // Surfaces have even sizes: an odd picture takes a column or row of the coder's padding along.
  const int64_t width = area.right - area.left, height = area.bottom - area.top;
  const int64_t evenWidth = std::min((width + 1) & ~1, int64_t{format.coded_width + 1} & ~1);
  const int64_t evenHeight = std::min((height + 1) & ~1, int64_t{format.coded_height + 1} & ~1);

  CUVIDDECODECREATEINFO info{};
  info.ulWidth = format.coded_width;
  info.ulHeight = format.coded_height;
  info.ulMaxWidth = format.coded_width;
  info.ulMaxHeight = format.coded_height;
  info.ulNumDecodeSurfaces = format.min_num_decode_surfaces + kExtraDecodeSurfaces;
  info.CodecType = format.codec;
  info.ChromaFormat = format.chroma_format;
  info.ulCreationFlags = cudaVideoCreate_PreferCUVID;
  info.bitDepthMinus8 = format.bit_depth_luma_minus8;
  info.display_area.left = static_cast<short>(area.left);
  info.display_area.top = static_cast<short>(area.top);
  info.display_area.right = static_cast<short>(area.left + evenWidth);
  info.display_area.bottom = static_cast<short>(area.top + evenHeight);
  info.OutputFormat = surface;
  info.DeinterlaceMode = cudaVideoDeinterlaceMode_Weave;
  info.ulTargetWidth = static_cast<unsigned long>(evenWidth);
  info.ulTargetHeight = static_cast<unsigned long>(evenHeight);
  info.ulNumOutputSurfaces = static_cast<unsigned long>(surfaces);
  return info;
}

// @param window Where the picture lies in the surface.
std::shared_ptr<const PictureFormat> pictureFormat(const CUVIDEOFORMAT& format, const Window& window,
                                                   const CUVIDDECODECREATEINFO& info) {
  const auto& signal = format.video_signal_description;
  auto found = std::make_shared<PictureFormat>();
  found->surface = info.OutputFormat;
  found->bitDepth = 8 + format.bit_depth_luma_minus8;
  found->surfaceHeight = static_cast<unsigned>(info.ulTargetHeight);
  found->left = window.left;
  found->top = window.top;
  found->width = window.width;
  found->height = window.height;
  found->fullRange = signal.video_full_range_flag;
  found->primaries = signal.color_primaries;
  found->transfer = signal.transfer_characteristics;
  found->matrix = signal.matrix_coefficients;
  return found;
}

}  // namespace

int VideoDecoder::sequence(const CUVIDEOFORMAT& format) {
  // Until this stream is known to be decodable nothing of it must reach the last one's decoder.
  auto last = std::move(decoder_);
  decoder_ = nullptr;
  // Where the picture does not begin in the corner, the surface has all that is coded.
  const Area kept = window_ ? Area{0, 0, format.coded_width, format.coded_height} : shownArea(format, window_);
  CUVIDDECODECREATEINFO info = createInfo(format, kept, surfaceFor(context, format), options.surfaces);
  // Never fewer than before: the parser may go on with numbers that it has.
  decodeSurfaces_ = std::max<size_t>(decodeSurfaces_, info.ulNumDecodeSurfaces);
  info.ulNumDecodeSurfaces = decodeSurfaces_;
  // Pictures of the last sequence that are still to be shown stay in its decoder, which goes once its last picture is given back.
  const bool pending = std::any_of(decoded_.begin(), decoded_.end(), [](const auto& pictures) {
    return std::any_of(pictures.begin(), pictures.end(), [](const Decoded& picture) { return !picture.shown; });
  });
  if (last && !pending && !last->broken && last->serves(info)) decoder_ = std::move(last);
  last.reset();
  if (!decoder_) decoder_ = std::make_shared<HardwareDecoder>(context, info, stream_);

  told_ = format;
  info_ = info;
  describe();
  decoded_.resize(decodeSurfaces_);
  ++sequence_;
  sequenceId_ = id_;
  codedWidth_ = format.coded_width;
  codedHeight_ = format.coded_height;
  return static_cast<int>(decodeSurfaces_);
}

void VideoDecoder::describe() {
  const Area shown = shownArea(told_, window_);
  const auto& kept = info_.display_area;
  if (shown.left < kept.left || shown.top < kept.top || shown.right > kept.right || shown.bottom > kept.bottom) {
    throw Failure(FailureKind::Kernel, "the bitstream shows another part of its pictures from here on, and no sequence begins");
  }
  const auto pixels = [](int64_t count) { return static_cast<uint32_t>(count); };
  format_ = pictureFormat(told_,
                          {pixels(shown.left - kept.left), pixels(shown.top - kept.top), pixels(shown.right - shown.left),
                           pixels(shown.bottom - shown.top)},
                          info_);
  formatWindow_ = window_;
}

int VideoDecoder::decode(CUVIDPICPARAMS& picture) {
  if (!decoder_ || failed_) return 0;
  // For the parser a sequence whose cropping alone is another may be the same.
  if (!(window_ == formatWindow_)) describe();
  // Damaged headers may announce what the decoder was not made for, and the driver does not look.
  const auto index = static_cast<size_t>(picture.CurrPicIdx);
  if (index >= decoded_.size() || picture.PicWidthInMbs < 1 || picture.FrameHeightInMbs < 1 ||
      static_cast<unsigned>(picture.PicWidthInMbs - 1) * 16 >= codedWidth_ ||
      static_cast<unsigned>(picture.FrameHeightInMbs - 1) * 16 >= codedHeight_) {
    throw Failure(FailureKind::Kernel, "a picture does not have the size that its stream announced");
  }
  // A whole packet is decoded in its own call: so it is known whose picture this is. The parser would only guess it from
  // the order of times.
  auto& pictures = decoded_[index];
  eraseIf(pictures, [&](const Decoded& old) { return old.shown || old.sequence == sequence_; });
  pictures.push_back({decoder_, format_, id_, sequence_, hidden_});
  const CUresult code = api_.decodePicture(decoder_->handle, &picture);
  if (code == CUDA_SUCCESS) return 1;
  decoder_->broken = true;
  throw refused(context, code, "cuvidDecodePicture");
}

VideoDecoder::Decoded* VideoDecoder::find(const CUVIDPARSERDISPINFO& info) {
  const auto index = static_cast<size_t>(info.picture_index);
  if (index >= decoded_.size() || decoded_[index].empty()) return nullptr;
  auto& pictures = decoded_[index];
  // A packet may show the picture of another one, which has been shown or came hidden: it tells the sequence.
  if (!showsOwn() && info.timestamp >= sequenceId_) {
    return &pictures.back();
  }
  // The oldest of several sequences is shown first.
  const auto next = std::find_if(pictures.begin(), pictures.end(), [](const Decoded& picture) { return !picture.shown; });
  return next == pictures.end() ? &pictures.back() : &*next;
}

int VideoDecoder::display(const CUVIDPARSERDISPINFO& info) {
  if (!decoder_ || failed_) return 0;
  Decoded* const found = find(info);
  if (!found) throw Failure(FailureKind::Kernel, "NVDEC shows a picture that it does not have");
  found->shown = true;
  const Decoded shown = *found;
  const auto& decoder = shown.decoder;
  // All of the sequences before were shown: their decoders may go.
  if (shown.sequence == sequence_) {
    for (auto& pictures : decoded_) {
      eraseIf(pictures, [&](const Decoded& old) { return old.sequence != sequence_; });
    }
  }
  const auto wanted = [&] {
    std::lock_guard lock(mutex_);
    return current();
  };
  auto ready = std::make_shared<CudaEvent>(context, false);
  // Nobody wants it any more: the parser goes on to the end of its packet.
  if (!keeper_->reserve(wanted)) return 1;

  CUVIDPROCPARAMS params{};
  params.progressive_frame = info.progressive_frame;
  params.top_field_first = info.top_field_first;
  params.unpaired_field = info.repeat_first_field < 0;
  params.output_stream = stream_->handle;
  unsigned long long pointer = 0;
  unsigned pitch = 0;
  const CUresult code = api_.mapVideoFrame(decoder->handle, info.picture_index, &pointer, &pitch, &params);
  if (code != CUDA_SUCCESS) {
    keeper_->cancel();
    decoder->broken = true;
    throw refused(context, code, "cuvidMapVideoFrame");
  }
  Picture picture;
  // It is given back whatever happens from here on.
  picture.surface = std::make_unique<Surface>(keeper_, decoder, pointer, ready);
  const bool planar = shown.format->surface == cudaVideoSurfaceFormat_YUV444 ||
                      shown.format->surface == cudaVideoSurfaceFormat_YUV444_16Bit;
  const size_t luma = size_t{pitch} * shown.format->surfaceHeight;
  picture.bytes = planar ? luma * 3 : luma + luma / 2;
  try {
    record(*ready);
    if (options.copies && !copyOut(picture)) return 1;
  } catch (const Failure&) {
    // Nobody else waits for what is enqueued for this picture already.
    context.driver.streamSynchronize(stream_->handle);
    throw;
  }
  // Where a packet may show the picture of another one, the packet that shows it counts, which the parser knows. Of VP8 it gives the
  // number of the packet before, for each hidden picture so far (seen on an H200).
  picture.id = options.wholePackets && showsOwn() ? shown.id : info.timestamp;
  picture.format = shown.format;
  picture.pitch = pitch;
  CUVIDGETDECODESTATUS status{};
  // Other codecs than H.264, HEVC and JPEG have no status.
  if (api_.decodeStatus(decoder->handle, info.picture_index, &status) == CUDA_SUCCESS) {
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

void VideoDecoder::record(CudaEvent& event) {
  context.check(context.driver.eventRecord(event.event(), stream_->handle), "cuEventRecord");
}

bool VideoDecoder::copyOut(Picture& picture) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return hasRoom(picture.bytes) || !current(); });
    if (!current()) return false;
  }
  auto copy = std::make_unique<PictureCopy>(context, stream_, picture.bytes);
  const CUresult code =
      context.driver.memcpyDtoDAsync(copy->pointer, picture.surface->pointer, picture.bytes, stream_->handle);
  context.check(code, "cuMemcpyDtoDAsync");
  copy->ready = std::make_shared<CudaEvent>(context, false);
  record(*copy->ready);
  // The next picture there comes by the same stream.
  picture.surface.reset();
  picture.copy = std::move(copy);
  return true;
}

bool VideoDecoder::hasRoom(size_t bytes) const {
  if (pictures_.size() >= options.copies->pictures) return false;
  size_t waiting = 0;
  for (const auto& picture : pictures_) waiting += picture ? picture->bytes : 0;
  return waiting == 0 || waiting + bytes <= options.copies->bytes;
}

}  // namespace cuweave
