// Random and half-right packets for native/src/video/bitstream.cc, under AddressSanitizer: each in memory of just its size.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "video/bitstream.h"

namespace {

uint64_t state = 20261130;
uint32_t next() {
  // Knuth's MMIX generator.
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state >> 33);
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s does not hold\n", what);
  std::exit(1);
}

// Frames of random sizes and their index; `wrong` is added to the first size.
std::vector<uint8_t> superframe(size_t frames, size_t bytesPerSize, uint32_t wrong) {
  std::vector<uint8_t> packet, index;
  const auto marker = static_cast<uint8_t>(0xc0 | (bytesPerSize - 1) << 3 | (frames - 1));
  index.push_back(marker);
  for (size_t frame = 0; frame < frames; ++frame) {
    const uint32_t size = next() % 200;
    packet.insert(packet.end(), size, static_cast<uint8_t>(next() % 128));
    for (size_t n = 0; n < bytesPerSize; ++n) index.push_back(static_cast<uint8_t>((size + (frame == 0 ? wrong : 0)) >> (8 * n)));
  }
  index.push_back(marker);
  packet.insert(packet.end(), index.begin(), index.end());
  return packet;
}

void checkAny(size_t size) {
  const std::unique_ptr<uint8_t[]> data(new uint8_t[size]);
  for (size_t n = 0; n < size; ++n) data[n] = static_cast<uint8_t>(next() % 4 == 0 ? next() : next() % 8);
  if (size > 0 && next() % 2 == 0) data[size - 1] = static_cast<uint8_t>(0xc0 | next() % 32);
  cuweave::isWholeSuperframe(data.get(), size);
  cuweave::isHiddenVp8(data.get(), size);
  for (size_t lengthSize = 1; lengthSize <= 4; ++lengthSize) {
    std::vector<uint8_t> out;
    cuweave::appendAnnexB(out, data.get(), size, lengthSize);
    require(out.size() <= 4 * size + size, "the bound of start codes");
  }
}

}  // namespace

int main(int, char** argv) {
  const int rounds = std::atoi(argv[1]);
  for (int round = 0; round < rounds; ++round) {
    checkAny(next() % 80);
    const size_t frames = 1 + next() % 8, bytesPerSize = 1 + next() % 4;
    const auto right = superframe(frames, bytesPerSize, 0), wrong = superframe(frames, bytesPerSize, 1 + next() % 50);
    require(cuweave::isWholeSuperframe(right.data(), right.size()), "a superframe that is whole");
    require(!cuweave::isWholeSuperframe(wrong.data(), wrong.size()), "a superframe with a wrong size");
  }
  // Two NAL units behind lengths of two bytes, and a length that leads out of the packet.
  const std::vector<uint8_t> units = {0, 2, 0x65, 1, 0, 1, 0x41, 0, 9, 7};
  std::vector<uint8_t> out = {9};
  cuweave::appendAnnexB(out, units.data(), units.size(), 2);
  require(out == std::vector<uint8_t>({9, 0, 0, 0, 1, 0x65, 1, 0, 0, 0, 1, 0x41}), "NAL units behind start codes");
  std::printf("%d\n", rounds);
}
