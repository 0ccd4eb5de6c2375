// tools/evaluate/equal_bytes.h: a codec at the setting that fills a number of bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/image.h"
#include "codec/peers/peer.h"

namespace vqcodec::tools {

struct SizedFile {
  double setting = 0;
  std::vector<std::uint8_t> bytes;
};

// The largest file of at most size_bytes that bisection finds between the ends of the codec's
// sweep; where not even the sweep's first is that small, that one. Throws as encoding does.
SizedFile file_within(const codec::PeerCodec& codec, const codec::Image& image,
                      std::uint64_t size_bytes);

}  // namespace vqcodec::tools
