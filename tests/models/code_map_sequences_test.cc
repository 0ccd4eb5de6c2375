#include "models/generative/code_map_sequences.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"

namespace vqcodec::models {
namespace {

torch::Tensor random_pictures(std::int64_t n, std::int64_t channels) {
  auto rng = make_rng(1, 0);
  return torch::randint(256, {n, channels, 4, 6}, rng, torch::kInt64).to(torch::kUInt8);
}

TEST(CodeMaps, PatchesStandInRasterOrder) {
  const auto images = random_pictures(2, 1);
  const auto patches = patches_of(images, 2).view({2, 2, 3, 4});
  for (std::int64_t y = 0; y < 2; ++y)
    for (std::int64_t x = 0; x < 3; ++x) {
      const auto cut = images.slice(2, 2 * y, 2 * y + 2).slice(3, 2 * x, 2 * x + 2).flatten(1);
      EXPECT_TRUE(
          torch::allclose(255 * patches.select(1, y).select(1, x), cut.to(torch::kFloat32)));
    }
  EXPECT_THROW(patches_of(images, 4), Error);
  EXPECT_EQ(patches_of(random_pictures(2, 3), 2).sizes(), patches.flatten(0, 2).sizes());
}

TEST(CodeMaps, ACodeIsThatOfTheNearestCodeword) {
  const auto images = random_pictures(20, 1);
  const auto codewords = codewords_of(images, {.patch = 2, .codewords = 5});
  EXPECT_TRUE(torch::equal(codewords, codewords_of(images, {.patch = 2, .codewords = 5})));
  const auto maps = code_maps_of(images, codewords, 2);
  EXPECT_EQ(maps.sizes(), torch::IntArrayRef({20, 1, 2, 3}));
  const auto patches = patches_of(images, 2);
  const auto distances = (patches.unsqueeze(1) - codewords).square().sum(2);
  const auto own = distances.gather(1, maps.view({-1, 1}).to(torch::kInt64)).squeeze(1);
  EXPECT_TRUE(torch::equal(own, distances.amin(1)));
  // A codeword is the mean of its patches.
  const auto of_first = patches.index({maps.flatten() == 0}).mean(0);
  EXPECT_TRUE(torch::allclose(of_first, codewords[0], 0, 0.05));
}

// log P(c|a,b) = log (n(a,b,c) + 1) / (n(a,b) + K), counted by hand; zeros stand before the first.
TEST(PairsWaveNet, PairsAreThoseCountedInTraining) {
  WaveNetOptions options;
  options.symbols = 3;
  options.layers = 2;
  options.pixels = "grey";
  PairsWaveNet model(options, {1, 2, 2});
  auto rng = make_rng(2, 0);
  const auto x = torch::tensor({{1.0F, 2.0F, 1.0F, 2.0F}, {0.0F, 1.0F, 2.0F, 2.0F}});
  const Batch batch{.images = x.view({2, 1, 2, 2}), .labels = {}};
  model.loss(batch, rng);
  model.eval();
  model.loss(batch, rng);  // not counted again
  const auto figures = model.figures(batch, {}, rng);
  ASSERT_EQ(figures.size(), 2u);
  // (0,0): 1, 0, 1; (0,1): 2, 2; (1,2): 1, 2; (2,1): 2.
  const double expected =
      (std::log(3 / 6.0) + std::log(3 / 5.0) + std::log(2 / 5.0) + std::log(2 / 4.0) +
       std::log(2 / 6.0) + std::log(3 / 6.0) + std::log(3 / 5.0) + std::log(2 / 5.0)) /
      8;
  EXPECT_EQ(figures[1].name, "nll_of_order_2");
  EXPECT_NEAR(figures[1].value, -expected, 1e-12);
  EXPECT_NEAR(figures[0].value, -model.log_prob(batch, {}, rng).mean() / 4, 1e-12);
}

}  // namespace
}  // namespace vqcodec::models
