// NVDEC: packets in, pictures on the GPU out, in the order they are shown. A thread of its own parses and decodes; another
// gives surfaces back to the decoder once the streams that read them have passed.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "video/decoder_surfaces.h"

namespace cuweave {

// How many copies of pictures may wait to be taken, and with how many bytes; one may always.
struct Waiting {
  size_t pictures, bytes;
};

struct DecoderOptions {
  cudaVideoCodec codec = cudaVideoCodec_H264;
  // How many pictures may be mapped at once: those in use, and those decoded ahead.
  int surfaces = 8;
  // Every packet is a whole picture, or both its fields; else any piece of the stream.
  bool wholePackets = false;
  // Pictures come out as soon as they can; only with whole packets.
  bool lowLatency = false;
  // Where set, pictures are copied out of the decoder, which has its surfaces back at once: any number may be taken and kept.
  std::optional<Waiting> copies;
};

// What of a coded picture is shown, in pixels.
struct Window {
  uint32_t left, top, width, height;
  bool operator==(const Window& other) const {
    return left == other.left && top == other.top && width == other.width && height == other.height;
  }
};

// The bitstream's description of its pictures; codes of ITU-T H.273.
struct PictureFormat {
  cudaVideoSurfaceFormat surface;
  int bitDepth;
  // The surface's size, which is even. The picture may be a pixel less wide and high, or begin behind the corner.
  unsigned surfaceHeight;
  unsigned left, top;
  unsigned width, height;
  bool fullRange;
  int primaries, transfer, matrix;
};

struct Picture {
  // The number of the packet that it came from. Packets that are no whole pictures have their time as number, in an order
  // that tells the parser which pictures were shown early.
  int64_t id = 0;
  std::shared_ptr<const PictureFormat> format;
  // One of the two.
  std::unique_ptr<Surface> surface;
  std::unique_ptr<PictureCopy> copy;
  unsigned pitch = 0;
  // The bytes of all planes together.
  size_t bytes = 0;
  bool damaged = false;
};

class VideoDecoder : public std::enable_shared_from_this<VideoDecoder> {
 public:
  static std::shared_ptr<VideoDecoder> open(CudaContext& context, const DecoderOptions& options);
  ~VideoDecoder();

  struct Packet {
    std::vector<uint8_t> data;
    // The size of the data; padding follows.
    size_t size = 0;
    int64_t id = 0;
    bool last = false;
    // The description of the pictures from here on, as their header has it; else the parser's.
    std::optional<Window> window;
  };
  void push(Packet packet);
  // What has come out: pictures, or an empty optional at last where those before a `last` packet end.
  std::vector<std::optional<Picture>> take(size_t most);
  // Calls back once, on some thread, when there is something to take, or when at most `low` packets wait (negative: not
  // for that), or on a failure, which take() then throws.
  void wait(int64_t low, std::function<void(const Failure*)> done);
  // Packets that wait to be decoded, with the one that is being decoded.
  size_t queued() const;
  // Surfaces that were taken and are not given back.
  int held() const;
  // Forgets packets and pictures that were not taken; the next packet begins a stream.
  void reset();
  // The thread ends as soon as it can. Pictures that were taken stay good.
  void stop();
  void join();

  CudaContext& context;
  const DecoderOptions options;

 private:
  VideoDecoder(CudaContext& context, const DecoderOptions& options);
  void run();
  void work(const Packet& packet);
  void parse(const Packet& packet);
  void openParser();
  void closeParser();
  template <typename Call>
  static int shielded(void* self, Call call);
  int sequence(const CUVIDEOFORMAT& format);
  int decode(CUVIDPICPARAMS& picture);
  int display(const CUVIDPARSERDISPINFO& info);
  void record(CudaEvent& event);
  // Puts a copy in the surface's place, once there is room for it; false: nobody wants it any more.
  bool copyOut(Picture& picture);
  // Whether a copy of that size may wait to be taken; with the lock held.
  bool hasRoom(size_t bytes) const;
  void fail(const Failure& failure);
  void tell();
  // Counts packets that wait, and the one that is being parsed. The lock is held.
  size_t waitingPackets() const { return packets_.size() + (busy_ ? 1 : 0); }
  bool isLow(int64_t most) const { return static_cast<int64_t>(waitingPackets()) <= most; }
  // Whether what is being parsed is still wanted; with the lock held.
  bool current() const { return !stopping_ && generation_ == parsing_; }

  const Nvcuvid& api_;
  std::shared_ptr<SurfaceKeeper> keeper_;
  CUvideoparser parser_ = nullptr;
  std::shared_ptr<DecoderStream> stream_;
  std::shared_ptr<HardwareDecoder> decoder_;
  std::shared_ptr<const PictureFormat> format_;
  // A decoded picture that is to be shown, or may be shown again.
  struct Decoded {
    std::shared_ptr<HardwareDecoder> decoder;
    std::shared_ptr<const PictureFormat> format;
    // The id of its packet.
    int64_t id;
    // The sequence that it belongs to.
    uint64_t sequence;
    bool shown;
  };
  // The one that display() is asked for, or null.
  Decoded* find(const CUVIDPARSERDISPINFO& info);
  // Whether a packet never shows the picture of another one.
  bool showsOwn() const {
    return options.codec == cudaVideoCodec_H264 || options.codec == cudaVideoCodec_HEVC || options.codec == cudaVideoCodec_VP8;
  }
  // Maps the parser's number of a decode surface to the picture in it. When a sequence begins, the parser still has pictures of the one
  // before to show, by numbers that it gives out anew meanwhile; those stand before.
  std::vector<std::deque<Decoded>> decoded_;
  // Of the parser's sequences, and the first packet of this one.
  uint64_t sequence_ = 0;
  int64_t sequenceId_ = 0;
  // How many decode surfaces the parser was told of.
  size_t decodeSurfaces_ = 0;
  // Of the packet that is being parsed.
  int64_t id_ = 0;
  bool hidden_ = false;
  std::optional<Window> window_;
  // What the parser said of this sequence, the decoder that was made for it, and the window that format_ has.
  CUVIDEOFORMAT told_{};
  CUVIDDECODECREATEINFO info_{};
  std::optional<Window> formatWindow_;
  // A picture's format where the surface has all that is coded, or what the parser says is shown.
  void describe();
  unsigned codedWidth_ = 0, codedHeight_ = 0;
  // What the parser still says is of no use.
  bool failed_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Packet> packets_;
  std::deque<std::optional<Picture>> pictures_;
  std::optional<Failure> failure_;
  std::function<void(const Failure*)> waiting_;
  int64_t low_ = -1;
  uint64_t generation_ = 0;
  // Of the packet that is being parsed.
  uint64_t parsing_ = 0;
  bool busy_ = false;
  // Of the packet that the parser began with.
  uint64_t opened_ = 0;
  bool started_ = false;
  bool stopping_ = false;
  bool running_ = false;
};

}  // namespace cuweave
