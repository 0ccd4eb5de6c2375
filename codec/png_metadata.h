// codec/png_metadata.h: metadata to and from the payloads of PNG chunks.
//
// Profiles and text are unpacked and packed here and not by libpng, which would drop a profile it
// dislikes, derive gAMA from sRGB, and leave the total size of what it unpacks unbounded.
// Source: PNG specification, third edition, section 11.3; XMP specification, part 3, section 1.1.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/image.h"

namespace vqcodec::codec {

// Names as libpng takes them: each followed by a 0.
inline constexpr std::string_view kMetadataChunks{
    "cHRM\0gAMA\0iCCP\0sRGB\0pHYs\0eXIf\0tEXt\0zTXt\0iTXt\0", 45};
inline constexpr int kMetadataChunkCount = 9;

// Appends what a chunk of one of these types holds; a second chunk of a type of which a file has
// only one is passed over. Throws Error(kCorrupt) where the payload is not what the type says.
// Text comes out as UTF-8; language and translated keyword of an iTXt are not kept.
void append_metadata(std::string_view type, std::span<const std::uint8_t> payload,
                     std::vector<Metadata>& metadata);

struct PngChunk {
  std::string type;
  std::vector<std::uint8_t> payload;
};

// In the order given; types that PNG does not know are left out. append_metadata gives back the
// same pieces. Throws Error(kCorrupt) as write_png does.
std::vector<PngChunk> metadata_chunks(std::span<const Metadata> metadata);

}  // namespace vqcodec::codec
