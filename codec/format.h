// codec/format.h: the `.vqc` container. codec/FORMAT.md, part 1, is the law; this file follows it.
//
// Header, then chunks without gaps: metadata, alpha, and the slices, level by level, coarse first,
// inside a level tile by tile. So a cut file is a smaller picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/plain_cells.h"
#include "codec/tiles.h"
#include "entropy/slice_coder.h"

namespace vqcodec::codec {

inline constexpr int kMaxLevels = 8;
inline constexpr int kMaxQualities = 16;
inline constexpr int kMaxSide = 1 << 20;                                // pixels
inline constexpr std::int64_t kMaxArea = std::int64_t{1} << 31;         // pixels
inline constexpr std::uint64_t kMaxChunkSize = std::uint64_t{1} << 32;  // bytes

struct Chunk {
  std::uint64_t size_bytes = 0;
  std::uint32_t checksum = 0;
  bool operator==(const Chunk&) const = default;
};

// The first version whose slices correct the prior as they go (entropy/node_offsets.h).
inline constexpr int kLearningVersion = 2;

struct FileHeader {
  int version = kLearningVersion;
  int width = 0;
  int height = 0;
  bool grey = false;
  int source_bits = 8;
  int quality = 0;  // index into the model's qualities
  int levels = 0;
  int tile_size = 0;  // 0: the picture is one tile
  std::uint64_t fingerprint = 0;
  std::optional<Chunk> metadata = {};  // checksum: checksum32 of its bytes
  std::optional<Chunk> alpha = {};     // the same
  std::optional<Chunk> plain = {};     // the same
  std::vector<Chunk> slices;           // [level * tiles + tile]; checksum: see slice_checksum

  entropy::NodeLearning learning() const {
    return version < kLearningVersion ? entropy::NodeLearning::kOff : entropy::NodeLearning::kOn;
  }
  Tiling tiling() const { return Tiling(width, height, tile_size); }
  Rectangle picture() const { return {0, 0, width, height}; }
  std::size_t slice_index(int level, int tile) const {
    return static_cast<std::size_t>(level) * static_cast<std::size_t>(tiling().count()) +
           static_cast<std::size_t>(tile);
  }
  bool operator==(const FileHeader&) const = default;
};

// What the table keeps of a slice's chained hash: 16 bits of the coarser levels, 32 of the finest,
// whose hash covers the whole tile.
std::uint32_t slice_checksum(std::uint64_t chained_hash, int level, int levels);

// Throws Error(kInternal) on a header that read_header would refuse.
std::vector<std::uint8_t> write_header(const FileHeader& header);

// A file taken apart; borrows its bytes.
struct File {
  FileHeader header;
  std::size_t header_size = 0;                           // bytes, preamble and table included
  std::uint64_t size_bytes = 0;                          // what the header says the whole file has
  std::span<const std::uint8_t> metadata, alpha, plain;  // empty where absent
  std::vector<std::span<const std::uint8_t>> slices;  // those that are whole, in the file's order
  int whole_levels = 0;  // levels of which every slice is there; below header.levels in a cut file
};

// Checks the header with its checksum and every length against the bytes. Throws Error: (kCorrupt)
// for damage, (kUnsupported) for a whole header of another version, (kResource) beyond max_pixels.
File read_file(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels);

// Throws Error(kCorrupt) where the file is cut before the end of the first `levels` levels.
void require_levels(const File& file, std::size_t bytes_there, int levels);

// Metadata, alpha and plain cells against their checksums. Throws Error(kCorrupt).
void check_side_chunks(const File& file);

// Those of the whole picture; none where the file has no such chunk. Throws Error(kCorrupt).
PlainCells read_plain_cells(const File& file, int coarsest_stride);

}  // namespace vqcodec::codec
