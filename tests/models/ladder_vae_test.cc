#include "models/generative/ladder_vae.h"

#include <gtest/gtest.h>

#include <map>

#include "entropy/error.h"
#include "tests/models/expect_mean.h"
#include "tests/models/gradient_check.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 3, 2};

LadderVaeOptions small_options(const std::string& inference) {
  return {.latents = {3, 2},
          .hidden = {5, 4},
          .depth = 1,
          .inference = inference,
          .activation = "tanh",
          .normalization = "none",
          .warm_up = 0};
}

LadderVae small_model(const LadderVaeOptions& options) {
  torch::manual_seed(3);
  LadderVae model(options, kShape);
  model.to(torch::kFloat64);
  return model;
}

torch::Tensor pictures(std::int64_t n) {
  torch::manual_seed(4);
  return torch::rand({n, 1, 3, 2}, torch::kFloat64).round();
}

DiagonalGaussian random_gaussian() {
  return {torch::randn({1, 4}, torch::kFloat64), torch::randn({1, 4}, torch::kFloat64)};
}

// log a(x) + log b(x) - log merged(x) is the same for every x.
TEST(Merged, IsTheNormalizedProductOfTheDensities) {
  torch::manual_seed(1);
  const auto a = random_gaussian(), b = random_gaussian(), product = merged(a, b);
  const auto x = torch::randn({50, 4}, torch::kFloat64);
  const auto rest = a.log_prob(x) + b.log_prob(x) - product.log_prob(x);
  EXPECT_LT((rest - rest[0]).abs().max().item<double>(), 1e-11);
}

TEST(Merged, EvidenceThatSaysNothingLeavesThePrior) {
  torch::manual_seed(2);
  auto evidence = random_gaussian();
  evidence.log_variance.fill_(80);
  const auto prior = random_gaussian();
  EXPECT_NEAR(kl_divergence(merged(evidence, prior), prior).item<double>(), 0, 1e-12);
}

// The bound is the sum of its layers' terms: against the joint computed at once.
TEST(LadderVae, TheWeightIsTheJointOverThePosterior) {
  for (const std::string inference : {"ladder", "bottom-up"}) {
    auto model = small_model(small_options(inference));
    const auto x = pictures(7);
    auto rng = make_rng(1, 0);
    const auto draw = model.draw(x, rng);
    auto direct = model.log_joint(x, draw.z);
    for (std::size_t l = 0; l < 2; ++l) direct = direct - draw.q[l].log_prob(draw.z[l]);
    EXPECT_LT((direct - draw.log_weight()).abs().max().item<double>(), 1e-12);
  }
}

// Each layer's divergence in closed form, or the draw's log-ratio, has the log-ratio's mean. The
// weights are large, so that layers depend on each other.
TEST(LadderVae, RatesHaveTheMeanOfTheLogRatios) {
  for (const std::string inference : {"ladder", "bottom-up"}) {
    auto model = small_model(small_options(inference));
    torch::NoGradGuard no_grad;
    for (auto& value : model.parameters()) value.mul_(2);
    auto rng = make_rng(2, 0);
    const auto draw = model.draw(pictures(1).repeat({50000, 1, 1, 1}), rng);
    for (std::size_t l = 0; l < 2; ++l) expect_mean(draw.rates[l] - draw.log_ratio(l), 0, 0.02);
  }
}

TEST(LadderVae, LossIsDistortionAndRates) {
  for (const std::string inference : {"ladder", "bottom-up"}) {
    auto model = small_model(small_options(inference));
    const auto x = pictures(6);
    auto rng = make_rng(9, 0), again = make_rng(9, 0);
    const auto draw = model.draw(x, again);
    EXPECT_NEAR(model.loss({.images = x, .labels = {}}, rng).total.item<double>(),
                (draw.rates[0] + draw.rates[1] - draw.log_likelihood).mean().item<double>(), 1e-12);
  }
}

// What the picture says is added to what the layer above says: the posterior is the narrower one.
TEST(LadderVae, TheLadderMergesEvidenceAndPrior) {
  auto model = small_model(small_options("ladder"));
  auto rng = make_rng(10, 0);
  const auto draw = model.draw(pictures(50), rng);
  EXPECT_TRUE((draw.q[0].log_variance < draw.p[0].log_variance).all().item<bool>());
}

TEST(LadderVae, LossOfSeveralSamplesIsMinusTheirBound) {
  auto options = small_options("bottom-up");
  options.samples = 4;
  auto model = small_model(options);
  const auto x = pictures(5);
  auto rng = make_rng(3, 0), again = make_rng(3, 0);
  EXPECT_NEAR(model.loss({.images = x, .labels = {}}, rng).total.item<double>(),
              -importance_bound(model.log_weights(x, 4, again)).mean().item<double>(), 1e-12);
}

TEST(LadderVae, BoundsRiseWithTheNumberOfSamples) {
  auto model = small_model(small_options("bottom-up"));
  auto rng = make_rng(4, 0);
  const auto x = pictures(1);
  torch::NoGradGuard no_grad;
  const auto weights = model.log_weights(x, 8 * 4000, rng).view({8, 4000});
  for (const auto& [few, many] : {std::pair{1, 2}, std::pair{2, 8}}) {
    const auto gain =
        importance_bound(weights.slice(0, 0, many)) - importance_bound(weights.slice(0, 0, few));
    EXPECT_GT(gain.mean().item<double>(), 5 * gain.std().item<double>() / std::sqrt(4000.0));
  }
}

TEST(LadderVae, GradientsAreThoseOfFiniteDifferencesWithTheSameNoise) {
  for (const std::string inference : {"ladder", "bottom-up"}) {
    auto model = small_model(small_options(inference));
    const auto x = pictures(3);
    expect_gradients(model.parameters(), [&] {
      auto rng = make_rng(5, 0);
      return model.loss({.images = x, .labels = {}}, rng).total;
    });
  }
}

TEST(LadderVae, TheRateWarmsUp) {
  auto options = small_options("ladder");
  options.warm_up = 10;
  auto model = small_model(options);
  auto rng = make_rng(6, 0);
  model.begin_step({.step = 1, .steps = 100});
  const auto loss = model.loss({.images = pictures(3), .labels = {}}, rng);
  std::map<std::string, double> terms;
  for (const auto& [name, value] : loss.terms) terms[name] = value.item<double>();
  const double rate = terms.at("rate1_nats") + terms.at("rate2_nats");
  EXPECT_NEAR(loss.total.item<double>(), terms.at("distortion_nats") + 0.2 * rate, 1e-12);
  EXPECT_NEAR(terms.at("negative_elbo_nats"), terms.at("distortion_nats") + rate, 1e-12);
}

// Batch normalization must not make a picture's bound depend on its neighbours.
TEST(LadderVae, ABatchDoesNotMatterOutsideTraining) {
  auto options = small_options("ladder");
  options.normalization = "batch";
  auto model = small_model(options);
  const auto x = pictures(6);
  const std::vector<torch::Tensor> z = {torch::randn({6, 3}, torch::kFloat64),
                                        torch::randn({6, 2}, torch::kFloat64)};
  const auto first = [&] {
    return model.log_joint(x.slice(0, 0, 2), {z[0].slice(0, 0, 2), z[1].slice(0, 0, 2)});
  };
  EXPECT_FALSE(torch::allclose(model.log_joint(x, z).slice(0, 0, 2), first()));
  model.eval();
  EXPECT_TRUE(torch::allclose(model.log_joint(x, z).slice(0, 0, 2), first()));
}

TEST(LadderVae, WantsASizeForEachLayer) {
  auto options = small_options("ladder");
  options.hidden = {5};
  EXPECT_THROW(small_model(options), Error);
}

}  // namespace
}  // namespace vqcodec::models
