#include "video/bitstream.h"

namespace cuweave {

void appendAnnexB(std::vector<uint8_t>& out, const uint8_t* data, size_t size, size_t lengthSize) {
  size_t at = 0;
  while (at + lengthSize <= size) {
    size_t length = 0;
    for (size_t n = 0; n < lengthSize; ++n) length = length << 8 | data[at + n];
    at += lengthSize;
    if (length > size - at) break;
    out.insert(out.end(), {0, 0, 0, 1});
    out.insert(out.end(), data + at, data + at + length);
    at += length;
  }
}

bool isWholeSuperframe(const uint8_t* data, size_t size) {
  if (size == 0) return true;
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

bool isHiddenVp8(const uint8_t* data, size_t size) { return size > 0 && (data[0] & 0x10) == 0; }

}  // namespace cuweave
