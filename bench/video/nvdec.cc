// The bare loop that cuweave's video decoding is measured against: parse, decode, map, unmap, and nothing else.
//   nvdec PACKETS CODEC SESSIONS APART     PACKETS: per packet a 32-bit length, little-endian, and its bytes
// Every session decodes the whole stream on a thread of its own and begins APART milliseconds after the one before. Prints frames
// per second of all together, from the moment when every session has its decoder. Compiled with -shared it lends its frames instead
// (bench/peers/video.py): see below.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "video/nvcuvid.h"

using namespace cuweave;

namespace {

const Driver& driver = *driverState().driver;
const Nvcuvid& api = *nvcuvidState().api;
CUcontext context;
std::vector<std::vector<unsigned char>> packets;

std::mutex starting;
std::condition_variable ready;
int missing = 0;
std::chrono::steady_clock::time_point started;

void check(CUresult code, const char* what) {
  if (code == CUDA_SUCCESS) return;
  std::fprintf(stderr, "%s failed with %d\n", what, code);
  std::exit(1);
}

// A frame that is lent to somebody else, and those that wait.
struct Frame {
  unsigned long long pointer = 0;
  unsigned pitch = 0;
};
constexpr size_t kSurfaces = 24;

struct Session {
  CUvideodecoder decoder = nullptr;
  CUvideoparser parser = nullptr;
  CUstream stream = nullptr;
  std::chrono::milliseconds late{0};
  long frames = 0;
  unsigned width = 0, height = 0;

  bool lends = false;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Frame> waiting;
  size_t mapped = 0;
  bool ended = false;

  int sequence(CUVIDEOFORMAT* format) {
    if (decoder) return 1;
    CUVIDDECODECREATEINFO info{};
    info.ulWidth = info.ulMaxWidth = format->coded_width;
    info.ulHeight = info.ulMaxHeight = format->coded_height;
    info.ulNumDecodeSurfaces = format->min_num_decode_surfaces + 4;
    info.CodecType = format->codec;
    info.ChromaFormat = format->chroma_format;
    info.ulCreationFlags = cudaVideoCreate_PreferCUVID;
    info.bitDepthMinus8 = format->bit_depth_luma_minus8;
    info.OutputFormat = format->bit_depth_luma_minus8 ? cudaVideoSurfaceFormat_P016 : cudaVideoSurfaceFormat_NV12;
    info.display_area.right = static_cast<short>(format->display_area.right);
    info.display_area.bottom = static_cast<short>(format->display_area.bottom);
    info.ulTargetWidth = format->display_area.right;
    info.ulTargetHeight = format->display_area.bottom;
    info.ulNumOutputSurfaces = kSurfaces;
    width = info.ulTargetWidth;
    height = info.ulTargetHeight;
    check(api.createDecoder(&decoder, &info), "cuvidCreateDecoder");
    if (lends) return static_cast<int>(info.ulNumDecodeSurfaces);
    std::unique_lock lock(starting);
    if (--missing == 0) {
      started = std::chrono::steady_clock::now();
      ready.notify_all();
    }
    ready.wait(lock, [] { return missing == 0; });
    lock.unlock();
    std::this_thread::sleep_for(late);
    return static_cast<int>(info.ulNumDecodeSurfaces);
  }
  int display(CUVIDPARSERDISPINFO* shown) {
    if (!shown) return 1;
    CUVIDPROCPARAMS params{};
    params.progressive_frame = shown->progressive_frame;
    params.output_stream = stream;
    if (lends) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return mapped < kSurfaces; });
      ++mapped;
    }
    Frame frame;
    check(api.mapVideoFrame(decoder, shown->picture_index, &frame.pointer, &frame.pitch, &params), "cuvidMapVideoFrame");
    ++frames;
    if (!lends) {
      check(api.unmapVideoFrame(decoder, frame.pointer), "cuvidUnmapVideoFrame");
      return 1;
    }
    std::lock_guard lock(mutex);
    waiting.push_back(frame);
    changed.notify_all();
    return 1;
  }
  void run(cudaVideoCodec codec) {
    check(driver.contextSetCurrent(context), "cuCtxSetCurrent");
    check(driver.streamCreate(&stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    CUVIDPARSERPARAMS params{};
    params.CodecType = codec;
    params.ulMaxNumDecodeSurfaces = 1;
    params.ulMaxDisplayDelay = 4;
    params.pUserData = this;
    params.pfnSequenceCallback = [](void* self, CUVIDEOFORMAT* f) { return static_cast<Session*>(self)->sequence(f); };
    params.pfnDecodePicture = [](void* self, CUVIDPICPARAMS* p) {
      return api.decodePicture(static_cast<Session*>(self)->decoder, p) == CUDA_SUCCESS ? 1 : 0;
    };
    params.pfnDisplayPicture = [](void* self, CUVIDPARSERDISPINFO* i) { return static_cast<Session*>(self)->display(i); };
    check(api.createParser(&parser, &params), "cuvidCreateVideoParser");
    for (const auto& bytes : packets) {
      CUVIDSOURCEDATAPACKET packet{};
      packet.payload = bytes.data();
      packet.payload_size = bytes.size();
      check(api.parseVideoData(parser, &packet), "cuvidParseVideoData");
    }
    CUVIDSOURCEDATAPACKET end{};
    end.flags = CUVID_PKT_ENDOFSTREAM;
    check(api.parseVideoData(parser, &end), "cuvidParseVideoData");
  }
  void close() {
    check(driver.contextSetCurrent(context), "cuCtxSetCurrent");
    api.destroyParser(parser);
    api.destroyDecoder(decoder);
  }
};

void readPackets(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) std::exit(2);
  unsigned length = 0;
  while (std::fread(&length, sizeof length, 1, file) == 1) {
    std::vector<unsigned char> bytes(length);
    if (std::fread(bytes.data(), 1, length, file) != length) std::exit(2);
    packets.push_back(std::move(bytes));
  }
  std::fclose(file);
  check(driver.primaryContextRetain(&context, 0), "cuDevicePrimaryCtxRetain");
}

}  // namespace

// For a peer in another language: frames of one session, decoded on a thread of their own, up to 24 ahead.
extern "C" {

void nvdec_load(const char* path) { readPackets(path); }

void* nvdec_open(int codec) {
  auto* session = new Session();
  session->lends = true;
  std::thread([=] {
    session->run(static_cast<cudaVideoCodec>(codec));
    std::lock_guard lock(session->mutex);
    session->ended = true;
    session->changed.notify_all();
  }).detach();
  return session;
}

// 0 at the end. The picture is whole when this returns.
int nvdec_next(void* handle, unsigned long long* pointer, unsigned* pitch, unsigned* width, unsigned* height) {
  auto& session = *static_cast<Session*>(handle);
  std::unique_lock lock(session.mutex);
  session.changed.wait(lock, [&] { return session.ended || !session.waiting.empty(); });
  if (session.waiting.empty()) return 0;
  *pointer = session.waiting.front().pointer;
  *pitch = session.waiting.front().pitch;
  *width = session.width;
  *height = session.height;
  session.waiting.pop_front();
  lock.unlock();
  check(driver.contextSetCurrent(context), "cuCtxSetCurrent");
  check(driver.streamSynchronize(session.stream), "cuStreamSynchronize");
  return 1;
}

void nvdec_release(void* handle, unsigned long long pointer) {
  auto& session = *static_cast<Session*>(handle);
  check(api.unmapVideoFrame(session.decoder, pointer), "cuvidUnmapVideoFrame");
  std::lock_guard lock(session.mutex);
  --session.mapped;
  session.changed.notify_all();
}

void nvdec_close(void* handle) {
  auto* session = static_cast<Session*>(handle);
  session->close();
  delete session;
}

}  // extern "C"

int main(int count, char** arguments) {
  if (count != 5) return 2;
  readPackets(arguments[1]);
  const auto codec = static_cast<cudaVideoCodec>(std::atoi(arguments[2]));
  missing = std::atoi(arguments[3]);
  std::vector<Session> sessions(static_cast<size_t>(missing));
  for (size_t n = 0; n < sessions.size(); ++n) sessions[n].late = std::chrono::milliseconds(std::atoi(arguments[4])) * n;
  std::vector<std::thread> threads;
  for (auto& session : sessions) threads.emplace_back([&] { session.run(codec); });
  long frames = 0;
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  for (auto& session : sessions) {
    frames += session.frames;
    session.close();
  }
  std::printf("%.1f\n", static_cast<double>(frames) / seconds);
}
