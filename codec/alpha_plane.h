// codec/alpha_plane.h: the alpha channel, lossless: PNG's row filters, then zstd.
// Source of the filters: PNG specification (W3C, 2003), section 9.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vqcodec::codec {

// alpha: (height, width).
std::vector<std::uint8_t> compress_alpha(std::span<const std::uint8_t> alpha, int width,
                                         int height);

// Throws Error(kCorrupt) where the chunk does not hold exactly such a plane.
std::vector<std::uint8_t> decompress_alpha(std::span<const std::uint8_t> chunk, int width,
                                           int height);

}  // namespace vqcodec::codec
