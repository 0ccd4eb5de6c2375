#include "models/image_dataset.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "entropy/error.h"
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

// A ramp to the right that is steeper downwards: turned, mirrored or scaled it would be another.
TEST(CropDataset, PlainCropsAreWindowsOfThePicture) {
  const auto folder = std::filesystem::temp_directory_path() / "vqcodec_ramp_folder";
  std::filesystem::create_directories(folder);
  std::string pixels;
  for (int i = 0; i < 64 * 64; ++i) pixels.append(3, static_cast<char>(i % 64 + 2 * (i / 64)));
  std::ofstream(folder / "ramp.ppm", std::ios::binary) << "P6\n64 64\n255\n" << pixels;
  CropDataset crops(list_pictures(folder.string(), 0, false), plain_crops(32));
  auto rng = make_rng(6, 0);
  const auto levels = crops.batch(50, rng).images * 255;
  const auto across = levels.slice(3, 1) - levels.slice(3, 0, 31);
  const auto down = levels.slice(2, 1) - levels.slice(2, 0, 31);
  EXPECT_TRUE(torch::allclose(across, torch::ones_like(across), 0, 1e-3));
  EXPECT_TRUE(torch::allclose(down, torch::full_like(down, 2), 0, 1e-3));
}

// Of each picture red is a number of its own, and green and blue a ramp that tells places apart.
CropDataset numbered_pictures(int count) {
  const auto folder = std::filesystem::temp_directory_path() / "vqcodec_numbered_folder";
  std::filesystem::create_directories(folder);
  for (int number = 0; number < count; ++number) {
    std::string pixels;
    for (int i = 0; i < 64 * 64; ++i) {
      pixels.append(1, static_cast<char>(number));
      pixels.append(2, static_cast<char>(i % 64 + 2 * (i / 64)));
    }
    std::ofstream(folder / (std::to_string(number) + ".ppm"), std::ios::binary)
        << "P6\n64 64\n255\n"
        << pixels;
  }
  return {list_pictures(folder.string(), 0, false), plain_crops(16)};
}

std::vector<std::int64_t> numbers_in(const Batch& batch) {
  const auto red = (batch.images.select(1, 0).mean({1, 2}) * 255).round().to(torch::kInt64);
  return {red.data_ptr<std::int64_t>(), red.data_ptr<std::int64_t>() + red.numel()};
}

TEST(CropDataset, PartsOneAfterAnotherAreTheBatchOfOneProcess) {
  auto crops = numbered_pictures(5);
  auto rng = make_rng(1, 0);
  for (std::int64_t step = 0; step < 4; ++step) {
    const auto whole = crops.part({.seed = 7, .step = step, .size = 6, .count = 6}, rng);
    std::vector<torch::Tensor> parts;
    for (std::int64_t first = 0; first < 6; first += 2)
      parts.push_back(
          crops.part({.seed = 7, .step = step, .size = 6, .first = first, .count = 2}, rng).images);
    EXPECT_TRUE(torch::equal(torch::cat(parts), whole.images));
  }
}

TEST(CropDataset, EveryPictureHasItsTurnOnceInEachRound) {
  auto crops = numbered_pictures(5);
  auto rng = make_rng(1, 0);
  std::vector<std::int64_t> numbers;
  std::vector<torch::Tensor> images;
  for (std::int64_t step = 0; step < 10; ++step) {  // 30 examples: 6 rounds
    const auto batch = crops.part({.seed = 7, .step = step, .size = 3, .count = 3}, rng);
    for (const auto number : numbers_in(batch)) numbers.push_back(number);
    images.push_back(batch.images);
  }
  std::set<std::vector<std::int64_t>> orders;
  for (auto start = numbers.begin(); start != numbers.end(); start += 5) {
    EXPECT_EQ(std::set<std::int64_t>(start, start + 5).size(), 5u);
    orders.emplace(start, start + 5);
  }
  EXPECT_GT(orders.size(), 1u);  // Each round has an order of its own,
  const auto all = torch::cat(images);
  const auto twins = (all.unsqueeze(0) == all.unsqueeze(1)).flatten(2).all(2).sum();
  EXPECT_EQ(twins.item<std::int64_t>(), 30);  // and each crop a place of its own;
  EXPECT_NE(numbers_in(crops.part({.seed = 8, .size = 30, .count = 30}, rng)), numbers);
  std::vector<std::int64_t> last;  // of the round that was just asked for with another seed
  for (std::int64_t number = 25; number < 30; ++number) last.push_back(crops.picture_at(7, number));
  EXPECT_EQ(last, std::vector<std::int64_t>(numbers.end() - 5, numbers.end()));
}

TEST(CropDataset, RefusesPicturesSmallerThanACrop) {
  EXPECT_THROW(CropDataset(list_pictures(grey_folder(), 0, false), {.side = 96}), std::exception);
}

TEST(LoadPicture, NamesTheOneThatIsDamaged) {
  const auto path = (std::filesystem::temp_directory_path() / "vqcodec_damaged.png").string();
  std::ofstream(path, std::ios::binary) << "no picture";
  try {
    load_picture(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find(path + ": "), 0u) << error.what();
  }
}

}  // namespace
}  // namespace vqcodec::models
