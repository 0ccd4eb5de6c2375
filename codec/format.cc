#include "codec/format.h"

#include <bit>

#include "codec/checksum.h"
#include "codec/hex.h"
#include "codec/preamble.h"
#include "entropy/byte_io.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using entropy::ByteReader;
using entropy::ByteWriter;

// First byte of the body: quality, levels - 1, and whether the byte of flags follows.
constexpr int kLevelsShift = 4;
constexpr int kHasFlags = 0x80;

constexpr int kGrey = 1;
constexpr int kMetadata = 2;
constexpr int kAlpha = 4;
constexpr int kSourceBits = 8;  // a byte follows
constexpr int kTiles = 16;      // a byte with log2 of the tile size follows
constexpr int kPlain = 32;
constexpr int kAllFlags = 63;

constexpr int kMinTileShift = std::countr_zero(unsigned{kMinTileSize});
constexpr int kMaxTileShift = std::countr_zero(unsigned{kTileSize});

constexpr int kMinSliceEntry = 3;  // bytes of the table: a length and 16 bits of checksum

int flags_of(const FileHeader& header) {
  const bool other_tiles = header.tile_size != default_tile_size(header.width, header.height);
  return (header.grey ? kGrey : 0) | (header.metadata ? kMetadata : 0) |
         (header.alpha ? kAlpha : 0) | (header.source_bits != 8 ? kSourceBits : 0) |
         (other_tiles ? kTiles : 0) | (header.plain ? kPlain : 0);
}

bool is_finest(std::size_t slice, const FileHeader& header) {
  return slice >= header.slice_index(header.levels - 1, 0);
}

Chunk read_side_chunk(ByteReader& reader, const char* what) {
  Chunk chunk;
  chunk.size_bytes = reader.varint(what, kMaxChunkSize);
  chunk.checksum = reader.u32(what);
  return chunk;
}

void write_side_chunk(ByteWriter& writer, const Chunk& chunk) {
  writer.varint(chunk.size_bytes);
  writer.u32(chunk.checksum);
}

void check_size(const FileHeader& header, std::uint64_t max_pixels) {
  const std::int64_t area = std::int64_t{header.width} * header.height;
  if (header.width < 1 || header.height < 1 || header.width > kMaxSide ||
      header.height > kMaxSide || area > kMaxArea)
    throw Error(ErrorKind::kCorrupt, "header: a picture of ", header.width, " x ", header.height,
                " pixels, expected sides of 1.. ", kMaxSide, " and at most ", kMaxArea, " pixels");
  if (static_cast<std::uint64_t>(area) > max_pixels)
    throw Error(ErrorKind::kResource, "a picture of ", header.width, " x ", header.height,
                " pixels, more than the limit of ", max_pixels, " pixels");
}

// Flags whose fields say nothing are refused, so that one header has one encoding.
void read_flagged_fields(ByteReader& reader, FileHeader& header, bool has_flags) {
  header.tile_size = default_tile_size(header.width, header.height);
  const int flags = has_flags ? reader.u8("flags") : 0;
  if (flags > kAllFlags)
    throw Error(ErrorKind::kCorrupt, "header: flags are ", flags, ", expected at most ", kAllFlags);
  header.grey = (flags & kGrey) != 0;
  if ((flags & kSourceBits) != 0) header.source_bits = reader.u8("source bits");
  if ((flags & kTiles) != 0) {
    const int shift = reader.u8("tile size");
    if (shift < kMinTileShift || shift > kMaxTileShift)
      throw Error(ErrorKind::kCorrupt, "header: tiles of 2^", shift, " pixels, expected 2^",
                  kMinTileShift, "..2^", kMaxTileShift);
    header.tile_size = 1 << shift;
  }
  if (header.source_bits < 1 || header.source_bits > 16)
    throw Error(ErrorKind::kCorrupt, "header: source of ", header.source_bits,
                " bits a sample, expected 1..16");
  if ((flags & kMetadata) != 0) header.metadata = read_side_chunk(reader, "metadata in the table");
  if ((flags & kAlpha) != 0) header.alpha = read_side_chunk(reader, "alpha in the table");
  if ((flags & kPlain) != 0) header.plain = read_side_chunk(reader, "plain cells in the table");
  if (flags_of(header) != flags || has_flags != (flags != 0))
    throw Error(ErrorKind::kCorrupt, "header: flags ", flags, " say nothing new, expected ",
                flags_of(header));
}

void read_table(ByteReader& reader, FileHeader& header) {
  const std::uint64_t count = header.slice_index(header.levels, 0);
  if (reader.remaining() / kMinSliceEntry < count)
    throw Error(ErrorKind::kCorrupt, "header: a table of ", count, " slices in ",
                reader.remaining(), " bytes");
  header.slices.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < header.slices.size(); ++i) {
    header.slices[i].size_bytes = reader.varint("slice in the table", kMaxChunkSize);
    header.slices[i].checksum = is_finest(i, header) ? reader.u32("checksum of a slice")
                                                     : reader.u16("checksum of a slice");
  }
}

FileHeader read_header(const Preamble& preamble, std::uint64_t max_pixels) {
  ByteReader reader(preamble.body, "header");
  FileHeader header;
  header.version = preamble.version;
  const int first = reader.u8("quality and levels");
  header.quality = first & (kMaxQualities - 1);
  header.levels = (first >> kLevelsShift & (kMaxLevels - 1)) + 1;
  header.width = static_cast<int>(reader.varint("width", kMaxSide));
  header.height = static_cast<int>(reader.varint("height", kMaxSide));
  header.fingerprint = reader.u64("fingerprint");
  check_size(header, max_pixels);
  read_flagged_fields(reader, header, (first & kHasFlags) != 0);
  read_table(reader, header);
  reader.expect_end();
  return header;
}

void check_side_chunk(std::span<const std::uint8_t> bytes, const std::optional<Chunk>& entry,
                      const char* what) {
  if (!entry || checksum32(bytes) == entry->checksum) return;
  throw Error(ErrorKind::kCorrupt, what, ": checksum is ", hex(checksum32(bytes), 8),
              ", the file says ", hex(entry->checksum, 8));
}

}  // namespace

std::uint32_t slice_checksum(std::uint64_t chained_hash, int level, int levels) {
  return static_cast<std::uint32_t>(chained_hash & (level + 1 < levels ? 0xFFFF : 0xFFFFFFFF));
}

std::vector<std::uint8_t> write_header(const FileHeader& header) {
  ByteWriter body;
  const int flags = flags_of(header);
  body.u8(static_cast<std::uint8_t>(header.quality | (header.levels - 1) << kLevelsShift |
                                    (flags != 0 ? kHasFlags : 0)));
  body.varint(static_cast<std::uint64_t>(header.width));
  body.varint(static_cast<std::uint64_t>(header.height));
  body.u64(header.fingerprint);
  if (flags != 0) body.u8(static_cast<std::uint8_t>(flags));
  if ((flags & kSourceBits) != 0) body.u8(static_cast<std::uint8_t>(header.source_bits));
  if ((flags & kTiles) != 0) {
    body.u8(static_cast<std::uint8_t>(std::countr_zero(static_cast<unsigned>(header.tile_size))));
  }
  if (header.metadata) write_side_chunk(body, *header.metadata);
  if (header.alpha) write_side_chunk(body, *header.alpha);
  if (header.plain) write_side_chunk(body, *header.plain);
  for (std::size_t i = 0; i < header.slices.size(); ++i) {
    body.varint(header.slices[i].size_bytes);
    if (is_finest(i, header))
      body.u32(header.slices[i].checksum);
    else
      body.u16(static_cast<std::uint16_t>(header.slices[i].checksum));
  }
  FileType type = kPictureFile;
  type.version = header.version;
  auto preamble = write_preamble(type, body.view());
  if (!(read_header(read_preamble(preamble, kPictureFile), kMaxArea) == header))
    throw Error(ErrorKind::kInternal, "header: what was written is read otherwise");
  return preamble;
}

File read_file(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels) {
  const Preamble preamble = read_preamble(bytes, kPictureFile);
  File file;
  file.header = read_header(preamble, max_pixels);
  file.header_size = preamble.header_size;
  file.size_bytes = file.header_size;

  bool cut = false;  // after the first chunk that is not whole nothing is
  const auto next_chunk = [&](std::uint64_t size) {
    const std::uint64_t start = file.size_bytes;
    file.size_bytes += size;
    cut = cut || file.size_bytes > bytes.size();
    return cut ? std::span<const std::uint8_t>()
               : bytes.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(size));
  };
  if (file.header.metadata) file.metadata = next_chunk(file.header.metadata->size_bytes);
  if (file.header.alpha) file.alpha = next_chunk(file.header.alpha->size_bytes);
  if (file.header.plain) file.plain = next_chunk(file.header.plain->size_bytes);
  for (const Chunk& slice : file.header.slices) {
    const auto chunk = next_chunk(slice.size_bytes);
    if (!cut) file.slices.push_back(chunk);
  }
  if (file.size_bytes < bytes.size())
    throw Error(ErrorKind::kCorrupt, bytes.size() - file.size_bytes,
                " bytes after the end: ", bytes.size(), " bytes, the header says ",
                file.size_bytes);
  file.whole_levels = static_cast<int>(file.slices.size() / file.header.slice_index(1, 0));
  return file;
}

void require_levels(const File& file, std::size_t bytes_there, int levels) {
  if (file.whole_levels >= levels) return;
  throw Error(ErrorKind::kCorrupt, "cut: ", bytes_there, " bytes of ", file.size_bytes, ", ",
              file.whole_levels, " of ", file.header.levels, " levels are whole");
}

void check_side_chunks(const File& file) {
  check_side_chunk(file.metadata, file.header.metadata, "metadata");
  check_side_chunk(file.alpha, file.header.alpha, "alpha");
  check_side_chunk(file.plain, file.header.plain, "plain cells");
}

PlainCells read_plain_cells(const File& file, int coarsest_stride) {
  if (!file.header.plain) return {};
  return decompress_cells(file.plain, file.header.width, file.header.height, coarsest_stride);
}

}  // namespace vqcodec::codec
