#include "models/codec_networks.h"

#include <gtest/gtest.h>

#include "models/codec_model.h"

namespace vqcodec::models {
namespace {

torch::Tensor smooth_pictures(std::int64_t side) {  // (2,3,side,side), 0..1
  auto rng = make_rng(3, 0);
  const auto coarse = torch::rand({2, 3, side / 8, side / 8}, rng, torch::kFloat32);
  return at::_upsample_bilinear2d_aa(coarse, {side, side}, false);
}

TEST(ColorDctBasis, IsOrthonormal) {
  const auto basis = color_dct_basis();
  EXPECT_TRUE(torch::allclose(torch::matmul(basis, basis.t()), torch::eye(192), 1e-5, 1e-5));
}

TEST(Haar, InverseGivesBackAndKeepsEnergy) {
  const auto x = torch::randn({2, 5, 8, 6});
  const auto y = haar(x);
  EXPECT_EQ(y.sizes(), torch::IntArrayRef({2, 20, 4, 3}));
  EXPECT_TRUE(torch::allclose(haar_inverse(y), x, 1e-5, 1e-6));
  EXPECT_NEAR(y.square().sum().item<double>(), x.square().sum().item<double>(), 1e-3);
}

// The linear warm start: before training, synthesis is the inverse of analysis at every quality.
TEST(CodecNetworks, StartsAsAnInvertibleOrthonormalTransform) {
  torch::NoGradGuard no_grad;
  CodecNetworks networks(CodecOptions{.hidden = 16, .blocks = 1});
  const auto pictures = smooth_pictures(64);
  networks->start_from(pictures);
  const auto quality = torch::tensor({std::int64_t{0}, std::int64_t{7}});
  const auto levels = networks->analyse(pictures, quality);
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[0].sizes(), torch::IntArrayRef({2, 64, 2, 2}));
  EXPECT_EQ(levels[1].sizes(), torch::IntArrayRef({2, 48, 4, 4}));
  EXPECT_EQ(levels[2].sizes(), torch::IntArrayRef({2, 176, 8, 8}));
  EXPECT_TRUE(torch::allclose(networks->synthesise(levels, quality), pictures, 1e-4, 1e-4));
  // One step of any latent is that squared error in the picture.
  auto moved = levels;
  moved[1] = levels[1].clone();
  moved[1][0][5][2][1] += 1;
  const auto change = (networks->synthesise(moved, quality) - pictures).square().sum() * 65025;
  EXPECT_NEAR(change.item<double>(), networks->step_energy(1, 0)[5].item<double>(),
              0.01 * networks->step_energy(1, 0)[5].item<double>());
}

TEST(CodecNetworks, GivesGreyPicturesNoChroma) {
  torch::NoGradGuard no_grad;
  CodecNetworks networks(CodecOptions{.hidden = 16, .blocks = 1});
  const auto pictures = smooth_pictures(64);
  networks->start_from(pictures);
  const auto grey = pictures.slice(1, 0, 1).expand_as(pictures);
  const auto levels = networks->analyse(grey, torch::zeros({2}, torch::kInt64));
  for (std::int64_t l = 0; l < kLevels; ++l) {
    const auto luma = networks->options().level_luma(l);
    EXPECT_LT(levels[static_cast<std::size_t>(l)].slice(1, luma).abs().max().item<double>(), 1e-3);
  }
}

TEST(LappedNetwork, WithoutHiddenChannelsIsAffine) {
  torch::NoGradGuard no_grad;
  torch::manual_seed(7);
  LappedNetwork network(6, /*hidden=*/0, /*blocks=*/0, /*qualities=*/1);
  for (auto& parameter : network->parameters()) parameter.normal_();
  const auto quality = torch::zeros({1}, torch::kInt64);
  const auto at = [&](const torch::Tensor& x) {
    return network->forward(x, quality, torch::kFloat32);
  };
  const auto x = torch::randn({1, 6, 5, 5}), y = torch::randn({1, 6, 5, 5});
  EXPECT_TRUE(torch::allclose(at(x + y) + at(torch::zeros_like(x)), at(x) + at(y), 1e-4, 1e-4));
  EXPECT_GT((at(x) - at(y)).abs().max().item<double>(), 0.1);
}

TEST(CodecModel, LossFallsWithTraining) {
  CodecModel model(CodecOptions{.hidden = 16, .blocks = 1});
  const auto pictures = smooth_pictures(64).repeat({4, 1, 1, 1});
  model.start_from(pictures);
  torch::optim::Adam optimizer(model.parameters(), 1e-3);
  double first = 0, last = 0;
  for (int step = 0; step < 12; ++step) {
    auto rng = make_rng(1, 0);
    const auto loss = model.loss({.images = pictures, .labels = {}}, rng);
    optimizer.zero_grad();
    loss.total.backward();
    optimizer.step();
    (step == 0 ? first : last) = loss.total.item<double>();
  }
  EXPECT_LT(last, first);
}

}  // namespace
}  // namespace vqcodec::models
