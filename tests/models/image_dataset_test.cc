#include "models/image_dataset.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "models/patterns.h"

namespace vqcodec::models {
namespace {

TEST(Patterns, AreEightBitPicturesThatTheirGeneratorRepeats) {
  for (std::uint64_t step = 0; step < 60; ++step) {
    auto rng = make_rng(1, step), again = make_rng(1, step);
    const auto picture = draw_pattern(48, rng);
    ASSERT_EQ(picture.sizes(), (std::vector<std::int64_t>{3, 48, 48}));
    const auto levels = picture * 255;
    EXPECT_TRUE(torch::allclose(levels, levels.round(), 0, 1e-4));
    EXPECT_TRUE(levels.min().item<double>() >= 0 && levels.max().item<double>() <= 255);
    EXPECT_TRUE(torch::equal(picture, draw_pattern(48, again)));
  }
}

// A folder with one flat grey picture: what is not grey came from a pattern.
std::string grey_folder() {
  const auto folder = std::filesystem::temp_directory_path() / "vqcodec_grey_folder";
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / "grey.ppm", std::ios::binary);
  file << "P6\n64 64\n255\n" << std::string(64 * 64 * 3, static_cast<char>(128));
  return folder.string();
}

TEST(CropDataset, HasTheShareOfPatternsThatIsAskedFor) {
  const auto paths = list_pictures(grey_folder(), 0, false);
  for (const double share : {0.0, 0.25}) {
    CropDataset crops(paths, {.side = 32, .pattern_share = share});
    auto rng = make_rng(5, 0);
    const auto images = crops.batch(800, rng).images;
    const auto other = (images - 128.0 / 255).abs().amax({1, 2, 3}).gt(1e-3);
    EXPECT_NEAR(other.to(torch::kFloat64).mean().item<double>(), share, 0.05);
  }
}

TEST(CropDataset, RefusesPicturesSmallerThanACrop) {
  EXPECT_THROW(CropDataset(list_pictures(grey_folder(), 0, false), {.side = 96}), std::exception);
}

}  // namespace
}  // namespace vqcodec::models
