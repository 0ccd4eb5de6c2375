#include "codec/plain_cells.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/compression.h"
#include "codec/format.h"
#include "entropy/error.h"
#include "tests/codec/fake_transform.h"

namespace vqcodec::codec {
namespace {

PlainCells some_cells() {
  auto cells = make_cells(70, 100, 32);  // 3 columns, 4 rows
  cells.plain[0] = cells.plain[7] = cells.plain[11] = 1;
  return cells;
}

TEST(PlainCells, BytesGiveBackTheCells) {
  const auto cells = some_cells();
  EXPECT_EQ(decompress_cells(compress_cells(cells), 70, 100, 32), cells);
}

TEST(PlainCells, BytesOfOtherSizesAndStrayBitsAreDamage) {
  const auto bytes = compress_cells(some_cells());
  EXPECT_THROW(decompress_cells(bytes, 70, 200, 32), Error);
  EXPECT_THROW(decompress_cells(bytes, 32, 32, 32), Error);
  const std::vector<std::uint8_t> stray = {1, 0x10}, none = {0, 0};  // 12 cells, bit 12
  EXPECT_THROW(decompress_cells(zstd_compress(stray), 70, 100, 32), Error);
  EXPECT_THROW(decompress_cells(zstd_compress(none), 70, 100, 32), Error);
}

TEST(PlainCells, PartsMakeTheWhole) {
  const auto cells = some_cells();
  auto whole = make_cells(70, 100, 32);
  for (const Rectangle& part : {Rectangle{0, 0, 64, 64}, Rectangle{64, 0, 6, 64},
                                Rectangle{0, 64, 64, 36}, Rectangle{64, 64, 6, 36}})
    place_cells(cut_cells(cells, part, 32), part, 32, whole);
  EXPECT_EQ(whole, cells);
}

Image noise(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < 3 * image.area(); ++i)
    image.pixels.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
  return image;
}

// Without a plain cell the file has no such chunk. With them, tiles, threads and crop agree.
TEST(PlainCells, TravelWithThePicture) {
  const auto model = testing::tiny_model();
  const auto picture = noise(200, 140);
  testing::FakeTransform transform;
  CompressOptions options{.quality = 1, .tile_size = 64};
  EXPECT_FALSE(read_file(compress(picture, model, transform, options), kMaxArea).header.plain);
  transform.is_plain = [](int row, int column) { return (row + column) % 3 == 0; };
  const auto file = compress(picture, model, transform, options);
  options.threads = 3;
  EXPECT_EQ(compress(picture, model, transform, options), file);
  ASSERT_TRUE(read_file(file, kMaxArea).header.plain);
  EXPECT_GT(inspect(file).plain_bytes, 0u);
  EXPECT_EQ(verify(file, model, 2).digest, verify(file, model, 1).digest);
  const auto restored = decompress(file, model, transform, {});
  const Rectangle crop{70, 40, 60, 90};
  const auto cut = decompress(file, model, transform, {.crop = crop});
  for (int y = 0; y < crop.height; ++y)
    for (int x = 0; x < 3 * crop.width; ++x)
      ASSERT_EQ(
          cut.pixels[static_cast<std::size_t>(y * 3 * crop.width + x)],
          restored
              .pixels[static_cast<std::size_t>((y + crop.y) * 3 * picture.width + 3 * crop.x + x)]);
}

// Flat blocks of the finest level's size: without the smoothing of the "networks" they come back to
// half a step.
TEST(PlainCells, AreExactToHalfAStep) {
  const auto model = testing::tiny_model();
  const int side = testing::kTinyStride >> (testing::kTinyLevels - 1);
  auto picture = noise(64, 64);
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 3 * 64; ++x)
      picture.pixels[static_cast<std::size_t>(y * 192 + x)] =
          static_cast<std::uint8_t>((y / side * 37 + x / 3 / side * 91 + x % 3 * 50) % 256);
  testing::FakeTransform transform;
  transform.is_plain = [](int, int) { return true; };
  const auto restored =
      decompress(compress(picture, model, transform, {.quality = 1}), model, transform, {});
  const double half = testing::tiny_step(0, testing::kTinyLevels - 1) / 2 + 1;
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    ASSERT_NEAR(restored.pixels[i], picture.pixels[i], half) << i;
}

TEST(PlainCells, EveryChangedByteIsDamage) {
  const auto model = testing::tiny_model();
  testing::FakeTransform transform;
  transform.is_plain = [](int row, int column) { return row == column; };
  const auto file = compress(noise(96, 96), model, transform, {.quality = 1});
  for (std::size_t i = 0; i < file.size(); ++i) {
    auto changed = file;
    changed[i] ^= 0x20;
    EXPECT_THROW(decompress(changed, model, transform, {}), Error) << i;
  }
}

}  // namespace
}  // namespace vqcodec::codec
