// The two pipelines with a fake transform and a tiny random prior.
#include "codec/codec.h"

#include <gtest/gtest.h>

#include "codec/format.h"
#include "codec/hex.h"
#include "codec/metrics.h"
#include "tests/codec/fake_transform.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

using namespace vqcodec::testing;
using Bytes = std::vector<std::uint8_t>;

class Codec : public ::testing::Test {
 protected:
  Bytes compressed(const Image& image, CompressOptions options = {.quality = 3}) {
    return compress(image, model, transform, options);
  }
  Image restored(std::span<const std::uint8_t> bytes, const DecompressOptions& options = {}) {
    return decompress(bytes, model, transform, options);
  }

  const ModelFile model = tiny_model();
  FakeTransform transform;
};

Image crop_of(const Image& image, const Rectangle& crop) {
  Image result;
  result.width = crop.width;
  result.height = crop.height;
  result.channels = image.channels;
  for (int y = crop.y; y < crop.y + crop.height; ++y) {
    for (int x = crop.x; x < crop.x + crop.width; ++x) {
      const auto pixel = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                         static_cast<std::size_t>(x);
      const auto channels = static_cast<std::size_t>(image.channels);
      for (std::size_t c = 0; c < channels; ++c)
        result.pixels.push_back(image.pixels[pixel * channels + c]);
      if (!image.alpha.empty()) result.alpha.push_back(image.alpha[pixel]);
    }
  }
  return result;
}

TEST_F(Codec, ReturnsPicturesOfAnySize) {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 1}, {31, 33}, {64, 64}, {97, 40}}) {
    const Image image = test_picture(width, height);
    const Image result = restored(compressed(image));
    EXPECT_EQ(result.width, width);
    EXPECT_EQ(result.height, height);
    EXPECT_EQ(result.channels, 3);
    EXPECT_EQ(result.source_bits, 8);
    EXPECT_GT(psnr_rgb_db(image, result), 22) << width << " x " << height;
  }
}

TEST_F(Codec, KeepsGreyAlphaMetadataAndSourceBits) {
  Image image = with_metadata(with_alpha(test_picture(70, 50, /*channels=*/1)));
  image.source_bits = 16;
  const Bytes bytes = compressed(image);
  const Image result = restored(bytes);
  EXPECT_EQ(result.channels, 1);
  EXPECT_EQ(result.alpha, image.alpha);
  EXPECT_EQ(result.metadata, image.metadata);
  EXPECT_EQ(result.source_bits, 16);
  EXPECT_GT(psnr_rgb_db(image, result), 22);
  const Image stripped = restored(compressed(image, {.quality = 3, .strip = true}));
  EXPECT_TRUE(stripped.metadata.empty());
  EXPECT_EQ(stripped.alpha, image.alpha);
}

// Tiles change the prior's contexts and so the bytes, not what the picture is made of: a seam would
// show as a difference. At a fixed choice of codes the pixels are equal; here lengths choose too.
TEST_F(Codec, ShowsNoSeamBetweenTiles) {
  const Image image = test_picture(200, 150);
  const Bytes tiled = compressed(image, {.quality = 3, .tile_size = 64});
  EXPECT_EQ(inspect(tiled).tiles, 12);
  EXPECT_EQ(inspect(tiled).tile_size, 64);
  const double whole_db = psnr_rgb_db(image, restored(compressed(image)));
  EXPECT_NEAR(psnr_rgb_db(image, restored(tiled)), whole_db, 0.3);
}

TEST_F(Codec, GivesTheSameBytesAndPixelsWithAnyThreads) {
  const Image image = test_picture(200, 150);
  const Bytes bytes = compressed(image, {.quality = 2, .tile_size = 32});
  const Image result = restored(bytes);
  const Verification verification = verify(bytes, model, 1);
  for (const int threads : {2, 4}) {
    EXPECT_EQ(compressed(image, {.quality = 2, .tile_size = 32, .threads = threads}), bytes);
    EXPECT_EQ(restored(bytes, {.threads = threads}), result);
    EXPECT_EQ(verify(bytes, model, threads).digest, verification.digest);
  }
}

// A megapixel and a little more: two tiles by default, two pieces of synthesis.
TEST_F(Codec, CutsLargePicturesByItself) {
  const Image image = test_picture(1100, 960);
  const Bytes bytes = compressed(image, {.quality = 1, .threads = 2});
  EXPECT_EQ(inspect(bytes).tiles, 2);
  const Image result = restored(bytes);
  const Rectangle seam{1000, 400, 60, 40};
  EXPECT_EQ(restored(bytes, {.crop = seam}), crop_of(result, seam));
}

TEST_F(Codec, CropsAreThoseOfTheFullPicture) {
  const Image image = with_alpha(test_picture(200, 150));
  for (const int tile_size : {32, 64}) {
    const Bytes bytes = compressed(image, {.quality = 3, .tile_size = tile_size});
    const Image result = restored(bytes);
    for (const Rectangle& crop : {Rectangle{0, 0, 1, 1},
                                  {63, 31, 2, 2},
                                  {64, 32, 5, 5},
                                  {199, 149, 1, 1},
                                  {100, 3, 37, 120},
                                  {0, 0, 200, 150}})
      EXPECT_EQ(restored(bytes, {.crop = crop}), crop_of(result, crop)) << crop.x;
  }
}

TEST_F(Codec, CropsNeedOnlyTheTilesAround) {
  Bytes bytes = compressed(test_picture(256, 32), {.quality = 3, .tile_size = 32});
  const File file = read_file(bytes, kMaxArea);
  std::uint64_t others = 0;  // bytes of tiles beyond the crop and what the transform sees around it
  for (int level = 0; level < file.header.levels; ++level)
    for (int tile = (160 + transform.margin()) / 32; tile < 8; ++tile)
      others += file.slices[file.header.slice_index(level, tile)].size();
  EXPECT_EQ(bytes_read(bytes, transform, {}), bytes.size());
  EXPECT_EQ(bytes_read(bytes, transform, {.crop = Rectangle{0, 0, 160, 32}}),
            bytes.size() - others);
  EXPECT_GT(others, 0U);
  bytes.back() ^= 0xFF;  // the last tile's finest slice
  EXPECT_EQ(error_of([&] { restored(bytes); }), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of([&] { restored(bytes, {.crop = Rectangle{0, 0, 160, 32}}); }), std::nullopt);
}

TEST_F(Codec, RefusesCropsOutsideThePicture) {
  const Bytes bytes = compressed(test_picture(40, 30));
  for (const Rectangle& crop :
       {Rectangle{0, 0, 41, 30}, {-1, 0, 2, 2}, {0, 0, 0, 1}, {40, 0, 1, 1}, {1, 1, 2147483647, 1}})
    EXPECT_EQ(error_of([&] { restored(bytes, {.crop = crop}); }), ErrorKind::kUsage) << crop.x;
}

TEST_F(Codec, ComesCloserWithEachLevel) {
  const Image image = test_picture(130, 100);
  const Bytes bytes = compressed(image);
  double last_db = 0;
  for (const int levels : {1, 2, 3}) {
    const double psnr_db = psnr_rgb_db(image, restored(bytes, {.levels = levels}));
    EXPECT_GT(psnr_db, last_db);
    last_db = psnr_db;
  }
  EXPECT_EQ(error_of([&] { restored(bytes, {.levels = 4}); }), ErrorKind::kUsage);
}

TEST_F(Codec, DecodesTheWholeLevelsOfACutFile) {
  const Bytes bytes =
      compressed(with_alpha(test_picture(130, 100)), {.quality = 3, .tile_size = 64});
  const FileSummary summary = inspect(bytes);
  const std::size_t two_levels = bytes.size() - summary.levels[2].size_bytes;
  const Image expected = restored(bytes, {.levels = 2});
  const std::span<const std::uint8_t> cut(bytes.data(), two_levels);
  EXPECT_EQ(restored(cut, {.levels = 2}), expected);
  EXPECT_EQ(inspect(cut).whole_levels, 2);
  EXPECT_EQ(error_of([&] { restored(cut); }), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of([&] { verify(cut, model, 1); }), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of([&] { restored(cut.first(two_levels - 1), {.levels = 2}); }),
            ErrorKind::kCorrupt);
}

TEST_F(Codec, NamesBothModelsWhenAnotherIsNeeded) {
  const Bytes bytes = compressed(test_picture(40, 30));
  const ModelFile other = tiny_model(/*seed=*/8);
  EXPECT_EQ(error_of([&] { verify(bytes, other, 1); }), ErrorKind::kUnsupported);
  try {
    decompress(bytes, other, transform, {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(hex(model.fingerprint)), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(hex(other.fingerprint)), std::string::npos);
  }
}

TEST_F(Codec, InspectsWithoutAModel) {
  const Image image = with_metadata(with_alpha(test_picture(130, 100)));
  const Bytes bytes = compressed(image, {.quality = 2});
  const FileSummary summary = inspect(bytes);
  EXPECT_EQ(summary.version, 2);
  EXPECT_EQ(summary.width, 130);
  EXPECT_EQ(summary.height, 100);
  EXPECT_EQ(summary.quality, 2);
  EXPECT_EQ(summary.fingerprint, model.fingerprint);
  EXPECT_EQ(summary.whole_levels, 3);
  std::uint64_t sum = summary.header_bytes + summary.alpha_bytes + summary.metadata_bytes;
  for (const LevelSummary& level : summary.levels) sum += level.size_bytes;
  EXPECT_EQ(sum, bytes.size());
  EXPECT_EQ(summary.size_bytes, bytes.size());
}

// The shares add up to the slices: ideal lengths are within 0.1 % and 2 bytes a slice of them.
TEST_F(Codec, VerificationAccountsForTheBits) {
  const Bytes bytes = compressed(test_picture(200, 150));
  const Verification verification = verify(bytes, model, 1);
  const FileSummary summary = inspect(bytes);
  for (std::size_t level = 0; level < summary.levels.size(); ++level) {
    const auto& shares = verification.levels[level];
    const double ideal_bits = shares.vector_bits + shares.scalar_bits + shares.escape_bits;
    const auto size_bits = static_cast<double>(8 * summary.levels[level].size_bytes);
    EXPECT_LE(size_bits, 1.001 * ideal_bits + 16);
    EXPECT_GE(size_bits, ideal_bits - 16);
    EXPECT_GT(shares.vector_bits, 0);
    EXPECT_GT(shares.scalar_bits, 0);
  }
}

TEST_F(Codec, TimesItsStages) {
  Timings timings;
  const Bytes bytes = compress(test_picture(64, 64), model, transform, {.quality = 1}, &timings);
  decompress(bytes, model, transform, {}, &timings);
  std::vector<std::string> stages;
  for (const auto& [stage, seconds] : timings) {
    stages.push_back(stage);
    EXPECT_GE(seconds, 0);
  }
  EXPECT_EQ(stages, (std::vector<std::string>{"alpha and metadata", "prior set-up", "analysis",
                                              "prior and coder", "synthesis"}));
}

TEST_F(Codec, RefusesOptionsThatMakeNoSense) {
  const Image image = test_picture(8, 8);
  for (const CompressOptions& options :
       {CompressOptions{.quality = 0}, CompressOptions{.quality = 4},
        CompressOptions{.quality = 1, .target_bpp = 0},
        CompressOptions{.quality = 1, .tile_size = 48},
        CompressOptions{.quality = 1, .tile_size = 16},
        CompressOptions{.quality = 1, .target_bpp = 9, .target_psnr_db = 1}})
    EXPECT_EQ(error_of([&] { compressed(image, options); }), ErrorKind::kUsage);
}

}  // namespace
}  // namespace vqcodec::codec
