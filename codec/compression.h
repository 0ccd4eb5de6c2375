// codec/compression.h: lossless compression of what the prior does not model (alpha, metadata,
// weights). A zstd frame with its content size and checksum; the only zstd code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vqcodec::codec {

std::vector<std::uint8_t> zstd_compress(std::span<const std::uint8_t> bytes, int level = 19);

// Accepts exactly one frame as zstd_compress writes it. `what` names the part in messages. Throws
// Error(kCorrupt), in particular before anything is allocated where the frame announces more than
// max_size bytes.
std::vector<std::uint8_t> zstd_decompress(std::span<const std::uint8_t> bytes, std::size_t max_size,
                                          const char* what);

}  // namespace vqcodec::codec
