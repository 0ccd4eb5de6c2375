#include "models/generative/pixel_vae.h"

#include <gtest/gtest.h>

namespace vqcodec::models {
namespace {

PixelVae small_model(const PictureShape& shape, std::int64_t layers, std::int64_t window) {
  torch::manual_seed(3);
  PixelVaeOptions options;
  options.latents = 2;
  options.hidden = {4};
  options.channels = 3;
  options.layers = layers;
  options.window = window;
  PixelVae model(options, shape);
  model.to(torch::kFloat64);
  return model;
}

torch::Tensor bits(const PictureShape& shape) {
  torch::manual_seed(4);
  return torch::rand({1, 1, shape.height, shape.width}, torch::kFloat64).round();
}

// Flipping a pixel moves no pixel before it nor itself; with one layer of side 5, none beyond three
// rows, two columns to either side of it and three places after it either.
TEST(PixelVae, PixelsDependOnEarlierOnesWithinReach) {
  const PictureShape shape{1, 7, 8};
  for (const std::int64_t layers : {1, 3}) {
    auto model = small_model(shape, layers, 5);
    torch::NoGradGuard no_grad;
    const auto x = bits(shape), hints = torch::randn({1, 1, 7, 8}, torch::kFloat64);
    const auto before = model.logits(x, hints)[0][0];
    auto flipped = x.clone();
    flipped[0][0][2][3] = 1 - flipped[0][0][2][3];
    const auto moved = model.logits(flipped, hints)[0][0] != before;
    for (std::int64_t row = 0; row < 7; ++row)
      for (std::int64_t column = 0; column < 8; ++column) {
        const bool later = row > 2 || (row == 2 && column > 3);
        const bool near = row == 2 ? column - 3 <= 3 : row - 2 <= 3 && std::abs(column - 3) <= 2;
        const bool expected = later && (layers > 1 || near);
        if (expected && !near) continue;  // within reach of some layers, not of all
        EXPECT_EQ(moved[row][column].item<bool>(), expected) << row << " " << column;
      }
  }
}

TEST(PixelVae, ProbabilitiesOfAllPicturesSumToOneGivenZ) {
  const PictureShape shape{1, 2, 3};
  auto model = small_model(shape, 2, 3);
  const auto numbers = torch::arange(64);
  std::vector<torch::Tensor> pixels;
  for (std::int64_t i = 0; i < 6; ++i) pixels.push_back(numbers.div(1 << i, "floor").remainder(2));
  const auto all = torch::stack(pixels, 1).to(torch::kFloat64).view({64, 1, 2, 3});
  const auto z = torch::randn({1, 2}, torch::kFloat64).expand({64, 2});
  EXPECT_NEAR(model.log_likelihood(all, z).exp().sum().item<double>(), 1, 1e-12);
}

// Without what the pixels add it is the plain autoencoder, and the plain one's bound is its.
TEST(PixelVae, WithoutContextItIsThePlainAutoencoder) {
  const PictureShape shape{1, 3, 2};
  auto model = small_model(shape, 2, 3);
  torch::NoGradGuard no_grad;
  for (auto& item : model.named_parameters())
    if (item.key().rfind("head", 0) == 0) item.value().zero_();
  const auto x = bits(shape), z = torch::randn({1, 2}, torch::kFloat64);
  EXPECT_EQ(model.log_likelihood(x, z).item<double>(),
            model.likelihood(z).log_prob(x).item<double>());
}

// Draws are those of the probabilities that score them: a context that repeats the pixel to the
// left makes rows of one value.
TEST(PixelVae, DrawsFollowTheContext) {
  const PictureShape shape{1, 4, 5};
  auto model = small_model(shape, 1, 3);
  model.to(torch::kFloat32);
  torch::NoGradGuard no_grad;
  for (auto& value : model.parameters()) value.zero_();
  auto parameters = model.named_parameters();
  // The pixel to the left opens the gate: tanh and sigmoid of 20 times it; the head adds 40.
  parameters["layer0.horizontal.weight"].slice(3, 1).fill_(20);
  parameters["layer0.leave.weight"].fill_(1);
  parameters["head.weight"].fill_(40);
  parameters["decoder.3.bias"].fill_(0.0);
  auto rng = make_rng(5, 0);
  const auto drawn = model.sample(50, {}, rng);
  const auto left = drawn.slice(3, 0, 4), right = drawn.slice(3, 1);
  EXPECT_TRUE(((left == 0) | (right == 1)).all().item<bool>());
  EXPECT_GT(drawn.mean().item<double>(), 0.6);
  EXPECT_LT(drawn.select(3, 0).mean().item<double>(), 0.7);
}

}  // namespace
}  // namespace vqcodec::models
