#include "models/generative/vae.h"

#include <gtest/gtest.h>

#include <map>

#include "models/gradient_estimators.h"
#include "tests/models/expect_mean.h"
#include "tests/models/linear_gaussian.h"

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

Vae linear_vae(const LinearGaussian& model, double excess_log_variance) {
  Vae vae(linear_gaussian_options(model), kShape);
  vae.to(torch::kFloat64);
  // The fixed deviation was rounded to float32 when it was made.
  vae.named_buffers()["observation.log_variance"].fill_(2 * std::log(model.sigma));
  set_parameters(vae, model, excess_log_variance);
  return vae;
}

// At the exact posterior every weight p(x,z) / q(z|x) is p(x), whatever z.
TEST(Vae, LinearGaussianWeightsAreTheLikelihoodAtTheExactPosterior) {
  const auto model = LinearGaussian::make(6, 2);
  auto vae = linear_vae(model, 0);
  torch::NoGradGuard no_grad;
  const auto x = torch::randn({5, 1, 3, 2}, torch::kFloat64);
  auto rng = make_rng(1, 0);
  const auto exact = model.log_prob(x.flatten(1));
  EXPECT_LT((vae.log_weights(x, 7, rng) - exact).abs().max().item<double>(), 1e-10);
}

// log p - ELBO = KL(q || posterior).
TEST(Vae, TheGapOfTheBoundIsTheDivergenceFromThePosterior) {
  const auto model = LinearGaussian::make(6, 2);
  auto vae = linear_vae(model, 0.8), exact = linear_vae(model, 0);
  torch::NoGradGuard no_grad;
  const auto x = torch::randn({1, 1, 3, 2}, torch::kFloat64);
  auto rng = make_rng(2, 0);
  const double gap = kl_divergence(vae.posterior(x), exact.posterior(x)).item<double>();
  EXPECT_GT(gap, 0.1);
  expect_mean(vae.log_weights(x, 100000, rng), model.log_prob(x.flatten(1)).item<double>() - gap,
              0.01);
}

// Paired draws: E L_1 < E L_2 < E L_8 < log p, whose bias falls as Var(w / p) / 2k.
TEST(Vae, ImportanceBoundsRiseToTheLikelihood) {
  const auto model = LinearGaussian::make(6, 2);
  auto vae = linear_vae(model, 0.5);
  torch::NoGradGuard no_grad;
  const auto x = torch::randn({1, 1, 3, 2}, torch::kFloat64);
  auto rng = make_rng(3, 0);
  const auto exact = model.log_prob(x.flatten(1)).item<double>();
  constexpr std::int64_t kDraws = 20000;
  const auto weights = vae.log_weights(x, 64 * kDraws, rng).view({64, kDraws});
  const auto bound = [&](std::int64_t k) { return importance_bound(weights.slice(0, 0, k)); };
  const auto rises = [&](const torch::Tensor& gain) {
    EXPECT_GT(gain.mean().item<double>(),
              5 * gain.std().item<double>() / std::sqrt(static_cast<double>(kDraws)));
  };
  rises(bound(2) - bound(1));
  rises(bound(8) - bound(2));
  rises(exact - bound(8));
  const double variance = (weights - exact).exp().var().item<double>();
  EXPECT_NEAR((exact - bound(64)).mean().item<double>() / (variance / 128), 1, 0.3);
}

TEST(Vae, SamplesOfTheLinearModelHaveItsMoments) {
  const auto model = LinearGaussian::make(6, 2);
  auto vae = linear_vae(model, 0);
  vae.to(torch::kFloat32);
  torch::NoGradGuard no_grad;
  auto rng = make_rng(4, 0);
  const auto x = vae.sample(100000, {}, rng).flatten(1).to(torch::kFloat64) - model.bias;
  expect_mean(x.select(1, 0), 0, 0.02);
  expect_mean(x.select(1, 0) * x.select(1, 1), model.covariance()[0][1].item<double>(), 0.05);
  expect_mean(x.select(1, 2).square(), model.covariance()[2][2].item<double>(), 0.05);
}

TEST(Vae, ReparameterizedAndScoreFunctionGradientsAgree) {
  const auto model = LinearGaussian::make(6, 2);
  auto vae = linear_vae(model, 0.5);
  const auto x = torch::randn({1, 1, 3, 2}, torch::kFloat64);
  const auto bias = vae.named_parameters()["encoder.1.bias"];
  std::vector<torch::Tensor> differences;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    auto rng = make_rng(5, i);
    vae.zero_grad();
    (-vae.log_weights(x, 20, rng).mean()).backward();
    const auto reparameterized = bias.grad().clone();
    vae.zero_grad();
    const auto q = repeated(vae.posterior(x), 20);
    const auto z = q.sample(rng).detach();
    const auto log_p = vae.log_joint(x.repeat({20, 1, 1, 1}), z);
    const auto log_q = q.log_prob(z);
    const auto baseline = mean_of_the_others((log_p - log_q).detach().view({20, 1})).view(-1);
    (-score_function_surrogate(log_p, log_q, baseline).mean()).backward();
    differences.push_back(reparameterized - bias.grad());
  }
  for (const auto& element : torch::stack(differences).unbind(1)) expect_mean(element, 0, 0.05);
}

TEST(Vae, FiguresAddUpToTheBound) {
  auto vae = small_vae({});
  vae.eval();
  auto rng = make_rng(10, 0);
  std::map<std::string, double> values;
  for (const auto& figure : vae.figures(pictures(300), {.samples = 2}, rng))
    values[figure.name] = figure.value;
  EXPECT_NEAR(values.at("rate") + values.at("distortion"), values.at("negative_elbo"), 1e-9);
  EXPECT_LE(values.at("information"), std::log(300.0));
  EXPECT_LE(values.at("nll"), values.at("negative_elbo"));
  EXPECT_NEAR(values.at("nll_per_dimension") * 6 * std::log(2.0), values.at("nll"), 1e-9);
  EXPECT_LE(values.at("active_units"), 2);
}

}  // namespace
}  // namespace vqcodec::models
