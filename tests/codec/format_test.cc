#include "codec/format.h"

#include <gtest/gtest.h>

#include "codec/alpha_plane.h"
#include "codec/metadata_block.h"
#include "codec/preamble.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

using namespace vqcodec::testing;

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

FileHeader plain_header(int width = 768, int height = 512) {
  FileHeader header;
  header.width = width;
  header.height = height;
  header.quality = 4;
  header.levels = 3;
  header.tile_size = default_tile_size(width, height);
  header.fingerprint = 0x0123456789ABCDEF;
  header.slices = {{9000, 0x1111}, {16000, 0x2222}, {29000, 0x33334444}};
  return header;
}

// The header with as many bytes behind it as it announces.
std::vector<std::uint8_t> file_of(const FileHeader& header) {
  auto bytes = write_header(header);
  std::uint64_t size = 0;
  for (const Chunk& slice : header.slices) size += slice.size_bytes;
  size += header.metadata.value_or(Chunk{}).size_bytes + header.alpha.value_or(Chunk{}).size_bytes;
  bytes.resize(bytes.size() + size, 0xAA);
  return bytes;
}

TEST(Format, CostsAPlainPictureUnderFortyBytes) {
  EXPECT_EQ(write_header(plain_header()).size(), 37U);
  FileHeader largest = plain_header(1023, 1025);  // the most that one tile can need
  for (Chunk& slice : largest.slices) slice.size_bytes = (1 << 21) - 1;
  EXPECT_EQ(write_header(largest).size(), 39U);
}

// The example of FORMAT.md.
TEST(Format, LaysTheHeaderOutAsDocumented) {
  const auto bytes = write_header(plain_header());
  const std::vector<std::uint8_t> start = {'V', 'Q', 'C', 0x82};
  EXPECT_TRUE(std::equal(start.begin(), start.end(), bytes.begin()));
  const std::vector<std::uint8_t> body = {
      28,   0x24, 0x80, 0x06, 0x80, 0x04, 0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01, 0xA8,
      0x46, 0x11, 0x11, 0x80, 0x7D, 0x22, 0x22, 0xC8, 0xE2, 0x01, 0x44, 0x44, 0x33, 0x33};
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin() + 8, bytes.end()), body);
}

TEST(Format, ReturnsEveryField) {
  FileHeader header = plain_header(100, 70);
  header.grey = true;
  header.source_bits = 16;
  header.tile_size = 64;
  header.metadata = Chunk{12, 0xAABBCCDD};
  header.alpha = Chunk{300, 0x01020304};
  header.slices.clear();
  for (std::uint32_t i = 0; i < 3 * 4; ++i) header.slices.push_back({i, i * 1000});
  const auto bytes = file_of(header);
  const File file = read_file(bytes, kNoLimit);
  EXPECT_EQ(file.header, header);
  EXPECT_EQ(file.size_bytes, bytes.size());
  EXPECT_EQ(file.metadata.size(), 12U);
  EXPECT_EQ(file.alpha.size(), 300U);
  EXPECT_EQ(file.slices.size(), 12U);
  EXPECT_EQ(file.slices[header.slice_index(2, 3)].size(), 11U);
  EXPECT_EQ(file.slices.back().data() + 11, bytes.data() + bytes.size());
}

// A prefix holds exactly the levels whose last byte it holds.
TEST(Format, CountsTheWholeLevelsOfACutFile) {
  FileHeader header = plain_header();
  header.slices = {{5, 1}, {6, 2}, {7, 3}};
  const auto bytes = file_of(header);
  const std::size_t start = bytes.size() - 18;
  for (std::size_t size = start; size <= bytes.size(); ++size) {
    const File file = read_file(std::span(bytes).first(size), kNoLimit);
    const int expected = (size >= start + 5) + (size >= start + 11) + (size >= start + 18);
    EXPECT_EQ(file.whole_levels, expected) << size;
    EXPECT_EQ(error_of([&] { require_levels(file, size, expected); }), std::nullopt);
    if (expected < 3) {
      EXPECT_EQ(error_of([&] { require_levels(file, size, expected + 1); }), ErrorKind::kCorrupt);
    }
  }
}

TEST(Format, RefusesBytesAfterTheEnd) {
  auto bytes = file_of(plain_header());
  bytes.push_back(0);
  EXPECT_EQ(error_of([&] { read_file(bytes, kNoLimit); }), ErrorKind::kCorrupt);
}

TEST(Format, TellsDamageForeignFilesAndOtherVersionsApart) {
  const auto bytes = file_of(plain_header());
  FileType future = kPictureFile;
  future.version = kPictureFile.version + 1;
  const std::vector<std::uint8_t> unknown_body = {1, 2, 3};
  const auto kind = [](std::span<const std::uint8_t> file) {
    return error_of([&] { read_file(file, kNoLimit); });
  };
  EXPECT_EQ(kind(write_preamble(future, unknown_body)), ErrorKind::kUnsupported);
  auto changed = bytes;
  changed[3] = 0x81;  // the version alone: damage, since the checksum covers it
  EXPECT_EQ(kind(changed), ErrorKind::kCorrupt);
  EXPECT_EQ(kind({}), ErrorKind::kCorrupt);
  const std::vector<std::uint8_t> png = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  EXPECT_EQ(kind(png), ErrorKind::kCorrupt);
  EXPECT_EQ(kind(std::span(bytes).first(20)), ErrorKind::kCorrupt);
}

// With sound checksums: bodies that no encoder writes.
TEST(Format, RefusesHeadersThatMakeNoSense) {
  const auto sound = write_header(plain_header());
  const std::vector<std::uint8_t> body(sound.begin() + 9, sound.end());
  const auto kind = [](const std::vector<std::uint8_t>& changed) {
    const auto bytes = write_preamble(kPictureFile, changed);
    return error_of([&] { read_file(bytes, kNoLimit); });
  };
  EXPECT_EQ(kind(body), std::nullopt);
  auto changed = body;
  changed[0] |= 0x80;  // flags announced: the next byte is none
  EXPECT_EQ(kind(changed), ErrorKind::kCorrupt);
  changed = body;
  changed[0] = 0x14;  // two levels: a slice is left over
  EXPECT_EQ(kind(changed), ErrorKind::kCorrupt);
  changed = body;
  changed[0] = 0x34;  // four levels: a slice is missing
  EXPECT_EQ(kind(changed), ErrorKind::kCorrupt);
  changed = body;
  changed.erase(changed.begin() + 1, changed.begin() + 3);
  changed.insert(changed.begin() + 1, 0);  // width 0
  EXPECT_EQ(kind(changed), ErrorKind::kCorrupt);
  for (const int source_bits : {0, 17, 8}) {  // 8 is what no flag says
    changed = body;
    changed[0] |= 0x80;
    const auto after_fingerprint = changed.begin() + 13;
    changed.insert(after_fingerprint, {8, static_cast<std::uint8_t>(source_bits)});
    EXPECT_EQ(kind(changed), ErrorKind::kCorrupt) << source_bits;
  }
  EXPECT_EQ(kind({}), ErrorKind::kCorrupt);
}

// 2^20 x 2^11 pixels in tiles of 32 would be six million slices: refused before they are counted in
// memory.
TEST(Format, BelievesNoTableThatTheBytesCannotHold) {
  const std::vector<std::uint8_t> body = {0xA4, 0x80, 0x80, 0x40, 0x80, 0x10, 1,    2,
                                          3,    4,    5,    6,    7,    8,    0x10, 5};
  const auto bytes = write_preamble(kPictureFile, body);
  try {
    read_file(bytes, kNoLimit);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "header: a table of 6291456 slices in 0 bytes");
  }
  EXPECT_EQ(error_of([&] { read_file(bytes, 1 << 28); }), ErrorKind::kResource);
}

TEST(Format, LimitsThePixels) {
  const auto bytes = file_of(plain_header());
  EXPECT_EQ(error_of([&] { read_file(bytes, 768 * 512); }), std::nullopt);
  EXPECT_EQ(error_of([&] { read_file(bytes, 768 * 512 - 1); }), ErrorKind::kResource);
}

TEST(AlphaPlane, IsLossless) {
  for (const auto& size : {std::pair{1, 1}, {7, 3}, {64, 50}}) {
    const int width = size.first, height = size.second;
    const Image image = with_alpha(test_picture(width, height));
    const auto chunk = compress_alpha(image.alpha, width, height);
    EXPECT_EQ(decompress_alpha(chunk, width, height), image.alpha);
    EXPECT_EQ(error_of([&] { decompress_alpha(chunk, width, height + 1); }), ErrorKind::kCorrupt);
  }
}

// A ramp in any direction leaves nothing behind its filter.
TEST(AlphaPlane, FiltersRamps) {
  std::vector<std::uint8_t> ramp;
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 200; ++x) ramp.push_back(static_cast<std::uint8_t>(x + 3 * y));
  EXPECT_LT(compress_alpha(ramp, 200, 200).size(), 600U);
}

TEST(MetadataBlock, ReturnsThePieces) {
  const auto pieces = with_metadata(Image{}).metadata;
  EXPECT_EQ(decompress_metadata(compress_metadata(pieces)), pieces);
}

}  // namespace
}  // namespace vqcodec::codec
