#include "js/context.h"

#include <algorithm>
#include <cmath>

#include "video/video_decoder.h"

namespace cuweave {

Context::Context(Napi::Env env) : queue(JsQueue::create(env)) {}

namespace {
template <typename Object>
void remember(std::vector<std::weak_ptr<Object>>& all, const std::shared_ptr<Object>& object) {
  all.erase(std::remove_if(all.begin(), all.end(), [](const auto& weak) { return weak.expired(); }), all.end());
  all.push_back(object);
}
}  // namespace

void Context::add(const std::shared_ptr<Stream>& stream) { remember(streams_, stream); }
void Context::add(const std::shared_ptr<VideoDecoder>& decoder) { remember(decoders_, decoder); }

void Context::closeStreams(const Device& device) {
  for (const auto& weak : streams_) {
    if (auto stream = weak.lock(); stream && stream->device.get() == &device) stream->close();
  }
}

void Context::end() {
  std::vector<std::shared_ptr<Stream>> streams;
  for (const auto& weak : streams_) {
    if (auto stream = weak.lock()) streams.push_back(std::move(stream));
  }
  std::vector<std::shared_ptr<VideoDecoder>> decoders;
  for (const auto& weak : decoders_) {
    if (auto decoder = weak.lock()) decoders.push_back(std::move(decoder));
  }
  for (const auto& decoder : decoders) decoder->stop();
  for (const auto& decoder : decoders) decoder->join();
  // All are told before any is waited for: one may wait for another's event.
  for (const auto& stream : streams) stream->abandon();
  for (const auto& stream : streams) stream->join();
  queue->close();
}

double toNumber(const Napi::Value& value) {
  double number;
  return napi_get_value_double(value.Env(), value, &number) == napi_ok ? number : std::nan("");
}

size_t toSize(const Napi::Value& value, const char* what) {
  const double number = toNumber(value);
  if (!(number >= 0 && number <= 9007199254740991.0) || std::floor(number) != number) {
    throw wrongArgument(std::string("Expected a whole number of at least 0 for ") + what + ".");
  }
  return static_cast<size_t>(number);
}

HostBytes toBytes(const Napi::Value& value, const char* what) {
  // As node-addon-api would, in one call less: every launch comes this way.
  static constexpr size_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  napi_value buffer = nullptr;
  if (napi_get_typedarray_info(value.Env(), value, &type, &length, &data, &buffer, nullptr) != napi_ok ||
      static_cast<size_t>(type) >= std::size(sizes)) {
    throw wrongArgument(std::string("Expected a typed array for ") + what + ".");
  }
  const size_t bytes = length * sizes[type];
  bool movable = true;
  napi_is_arraybuffer(value.Env(), buffer, &movable);
  return {reinterpret_cast<uint64_t>(data), data ? bytes : 0, !movable};
}

}  // namespace cuweave
