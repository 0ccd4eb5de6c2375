// codec/metadata_block.h: a picture's metadata as one chunk.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/image.h"

namespace vqcodec::codec {

inline constexpr std::size_t kMaxMetadataSize = std::size_t{1} << 26;  // bytes, uncompressed
inline constexpr std::size_t kMaxMetadataPieces = std::size_t{1} << 16;

// Throws Error(kResource) beyond these limits.
std::vector<std::uint8_t> compress_metadata(std::span<const Metadata> pieces);

std::vector<Metadata> decompress_metadata(std::span<const std::uint8_t> chunk);  // Throws kCorrupt.

}  // namespace vqcodec::codec
