// What has to be known of packets before libnvcuvid's parser sees them. Packets come from files: any byte may be wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cuweave {

// NAL units that stand behind their lengths, as MP4 and Matroska hold them, to ones behind start codes, as the parser
// reads them (ISO/IEC 14496-15; ITU-T H.264, annex B). What follows a length that leads out of the packet is dropped.
void appendAnnexB(std::vector<uint8_t>& out, const uint8_t* data, size_t size, size_t lengthSize);

// VP9 may put several frames in a packet, with their sizes at its end, which fill it (VP9 bitstream specification, annex B).
// libnvcuvid's parser believes the sizes: with wrong ones it reads beyond the packet and ends the process.
bool isWholeSuperframe(const uint8_t* data, size_t size);

// Whether a packet of VP8 holds a picture that is not shown, but that others may refer to (RFC 6386, section 9.1).
bool isHiddenVp8(const uint8_t* data, size_t size);

}  // namespace cuweave
