#include "models/generative/vae.h"

#include <gtest/gtest.h>

#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 3, 2};

Vae small_vae(VaeOptions options) {
  torch::manual_seed(3);
  options.latents = 2;
  options.hidden = {5};
  Vae vae(options, kShape);
  vae.to(torch::kFloat64);
  return vae;
}

Batch pictures(std::int64_t n) {
  torch::manual_seed(4);
  return {.images = torch::rand({n, 1, 3, 2}, torch::kFloat64).round(), .labels = {}};
}

// Eq. 3 with the divergence in closed form has the mean of log p(x,z) - log q(z|x).
TEST(Vae, LossIsTheMeanOfMinusTheLogWeights) {
  auto vae = small_vae({});
  const auto batch = pictures(1);
  auto rng = make_rng(5, 0);
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> losses;
  for (int i = 0; i < 4000; ++i) losses.push_back(vae.loss(batch, rng).total);
  const auto weights = vae.log_weights(batch.images, 100000, rng);
  expect_mean(torch::stack(losses), -weights.mean().item<double>(), 0.02);
}

TEST(Vae, BoundsRiseWithTheNumberOfSamples) {
  auto vae = small_vae({});
  const auto batch = pictures(400);
  auto rng = make_rng(6, 0);
  const auto one = vae.log_prob(batch, {.samples = 1}, rng);
  const auto many = vae.log_prob(batch, {.samples = 50}, rng);
  EXPECT_EQ(one.kind, EstimateKind::kLowerBound);
  EXPECT_EQ(many.kind, EstimateKind::kStochasticLowerBound);
  const auto gain = many.per_example - one.per_example;
  EXPECT_GT(gain.mean().item<double>(), 5 * gain.std().item<double>() / 20);
}

TEST(Vae, TheRateWeighsBetaAndNothingBelowTheFreeBits) {
  const auto batch = pictures(8);
  const auto term = [&](const VaeOptions& options, const char* name) {
    auto vae = small_vae(options);
    auto rng = make_rng(7, 0);
    vae.begin_step({.step = 0, .steps = 100});
    const auto loss = vae.loss(batch, rng);
    if (std::string(name) == "total") return loss.total.item<double>();
    for (const auto& [found, value] : loss.terms)
      if (found == name) return value.item<double>();
    return -1.0;
  };
  const double distortion = term({}, "distortion_nats"), rate = term({}, "rate_nats");
  EXPECT_GT(rate, 0);
  EXPECT_NEAR(term({}, "total"), distortion + rate, 1e-12);
  EXPECT_NEAR(term({.beta = 4}, "total"), distortion + 4 * rate, 1e-12);
  EXPECT_NEAR(term({.free_bits = 100}, "total"), distortion + 2 * 100, 1e-12);
  EXPECT_NEAR(term({.warm_up = 10}, "total"), distortion + 0.1 * rate, 1e-12);
}

TEST(Vae, GreyLevelsAreNoLikelihood) {
  auto vae = small_vae({.pixels = "grey"});
  auto rng = make_rng(8, 0);
  EXPECT_EQ(vae.log_prob(pictures(2), {.samples = 1}, rng).kind, EstimateKind::kNotALikelihood);
}

// Ancestral draws: a decoder whose pixels ignore z has independent pixels of its own means.
TEST(Vae, SamplesComeFromPriorAndDecoder) {
  auto vae = small_vae({});
  torch::NoGradGuard no_grad;
  for (auto& parameter : vae.parameters()) parameter.zero_();
  vae.named_parameters()["decoder.3.bias"].fill_(1.0);
  auto rng = make_rng(9, 0);
  vae.to(torch::kFloat32);
  const auto drawn = vae.sample(5000, {}, rng);
  EXPECT_EQ(drawn.sizes(), torch::IntArrayRef({5000, 1, 3, 2}));
  expect_mean(drawn, 1 / (1 + std::exp(-1.0)), 0.004);
  EXPECT_NEAR(vae.sample(3, {.means = true}, rng).min().item<double>(), 1 / (1 + std::exp(-1.0)),
              1e-6);
}

}  // namespace
}  // namespace vqcodec::models
