// Guarded lines broken once on purpose: the layers' chain, the draws' own
// probabilities in the weights and in the gradient, each estimator, and the temperature's floor.
#include "models/generative/half_picture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 4, 2};
const auto kDouble = torch::TensorOptions(torch::kFloat64);

HalfPictureOptions small_options(const std::string& estimator, std::int64_t layers = 2) {
  HalfPictureOptions options;
  options.layers = layers;
  options.variables = 2;
  options.classes = 3;
  options.estimator = estimator;
  return options;
}

HalfPicture small_model(const HalfPictureOptions& options) {
  torch::manual_seed(3);
  HalfPicture model(options, kShape);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.mul_(2);
  model.to(torch::kFloat64);
  return model;
}

torch::Tensor one_picture() {
  return torch::tensor({1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0}, kDouble).view({1, 1, 4, 2});
}

// All nine states of two variables of three classes, one-hot, (9,2,3).
torch::Tensor all_states() {
  const auto number = torch::arange(9);
  const auto digits = torch::stack({number.div(3, "floor"), number.remainder(3)}, 1);
  return torch::one_hot(digits, 3).to(torch::kFloat64);
}

// log p(z_last|upper) of each of its states, (9): the layers before summed over.
torch::Tensor log_last_units(HalfPicture& model, std::int64_t layers) {
  const auto z = all_states();
  const auto upper = one_picture().slice(2, 0, 2);
  auto log_p = model.units(0, upper.expand({9, 1, 2, 2})).log_prob(z);
  for (std::int64_t l = 1; l < layers; ++l) {
    std::vector<torch::Tensor> next;
    for (const auto& state : z.unbind(0)) {
      const auto given = model.units(static_cast<std::size_t>(l), z);  // each z_1 in turn
      next.push_back((log_p + given.log_prob(state.unsqueeze(0).expand({9, 2, 3}))).logsumexp(0));
    }
    log_p = torch::stack(next);
  }
  return log_p;
}

torch::Tensor log_likelihoods(HalfPicture& model) {  // (9)
  return model.log_likelihood(one_picture().expand({9, 1, 4, 2}), all_states());
}

TEST(HalfPicture, ProbabilitiesOfAllLowerHalvesSumToOne) {
  auto model = small_model(small_options("gumbel"));
  torch::NoGradGuard no_grad;
  EXPECT_NEAR(log_last_units(model, 2).exp().sum().item<double>(), 1, 1e-12);
  double sum = 0;
  for (int bits = 0; bits < 16; ++bits) {
    auto x = one_picture();
    for (int i = 0; i < 4; ++i) x.view(-1)[4 + i] = bits >> i & 1;
    const auto likelihoods = model.log_likelihood(x.expand({9, 1, 4, 2}), all_states());
    sum += (log_last_units(model, 2) + likelihoods).exp().sum().item<double>();
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(HalfPicture, OnlyTheLowerHalfIsScoredAndOnlyTheUpperOneGiven) {
  auto model = small_model(small_options("gumbel"));
  torch::NoGradGuard no_grad;
  auto other = one_picture();
  other.slice(2, 0, 2).fill_(0.5);
  const auto z = all_states().slice(0, 4, 5);
  EXPECT_TRUE(torch::equal(model.log_likelihood(one_picture(), z), model.log_likelihood(other, z)));
  auto rng = make_rng(1, 0);
  const auto rebuilt = model.reconstruct({.images = one_picture(), .labels = {}}, rng);
  EXPECT_TRUE(torch::equal(rebuilt.slice(2, 0, 2), one_picture().slice(2, 0, 2)));
  auto lower = one_picture();
  lower.slice(2, 2, 4).fill_(0.5);
  auto again = make_rng(1, 0);
  EXPECT_TRUE(torch::equal(model.reconstruct({.images = lower, .labels = {}}, again), rebuilt));
}

// The mean weight is p(lower|upper), and the bound of one draw is E log p(lower|z).
TEST(HalfPicture, WeightsHaveTheEnumeratedLikelihoodAsTheirMean) {
  for (const std::int64_t layers : {1, 2, 3}) {
    auto model = small_model(small_options("gumbel", layers));
    torch::NoGradGuard no_grad;
    auto rng = make_rng(2, 0);
    const auto weights = model.log_weights(one_picture(), 20000, rng).flatten();
    const auto log_z = log_last_units(model, layers), log_p = log_likelihoods(model);
    expect_mean(weights.exp(), (log_z + log_p).exp().sum().item<double>(), 0.002);
    expect_mean(weights, (log_z.exp() * log_p).sum().item<double>(), 0.02);
  }
}

// Means over draws, 50 at a time: (count / 50, units).
torch::Tensor drawn_gradients(const HalfPictureOptions& options, int count) {
  constexpr int kAtATime = 50;
  auto model = small_model(options);
  model.begin_step({.step = 1000000000, .steps = 1});
  const Batch batch{.images = one_picture().repeat({kAtATime, 1, 1, 1}), .labels = {}};
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < count / kAtATime; ++i) {
    auto rng = make_rng(6, static_cast<std::uint64_t>(i));
    model.zero_grad();
    model.loss(batch, rng).total.backward();
    drawn.push_back(model.named_parameters()["layer0.bias"].grad().clone());
  }
  return torch::stack(drawn);
}

void expect_gradient(const torch::Tensor& drawn, const torch::Tensor& truth) {
  for (std::int64_t i = 0; i < truth.size(0); ++i)
    expect_mean(drawn.select(1, i), truth[i].item<double>(), 0.02);
}

torch::Tensor enumerated_gradient(std::int64_t layers) {
  auto model = small_model(small_options("gumbel", layers));
  (-(log_last_units(model, layers).exp() * log_likelihoods(model)).sum()).backward();
  return model.named_parameters()["layer0.bias"].grad().clone();
}

TEST(HalfPicture, TheScoreFunctionGivesTheEnumeratedGradientUnderEveryBaseline) {
  const auto truth = enumerated_gradient(2);
  EXPECT_GT(truth.abs().max().item<double>(), 0.02);
  for (const char* baseline : {"none", "mean", "learned", "others"}) {
    auto options = small_options("score-function");
    options.baseline = baseline;
    expect_gradient(drawn_gradients(options, 10000), truth);
  }
}

TEST(HalfPicture, RebarGivesTheEnumeratedGradientOfOneLayer) {
  expect_gradient(drawn_gradients(small_options("rebar", 1), 10000), enumerated_gradient(1));
}

// Against the bound of two draws, enumerated over all their states.
TEST(HalfPicture, VimcoGivesTheGradientOfTheEnumeratedBound) {
  auto options = small_options("vimco");
  options.draws = 2;
  auto model = small_model(options);
  const auto log_z = log_last_units(model, 2), log_p = log_likelihoods(model);
  const auto pairs = torch::logaddexp(log_p.unsqueeze(0), log_p.unsqueeze(1)) - std::log(2.0);
  (-((log_z.unsqueeze(0) + log_z.unsqueeze(1)).exp() * pairs).sum()).backward();
  expect_gradient(drawn_gradients(options, 10000), model.named_parameters()["layer0.bias"].grad());
}

// What is relaxed is another network; one-hot draws are this one's.
TEST(HalfPicture, StraightThroughEstimatorsSeeHardDraws) {
  const Batch batch{.images = one_picture().repeat({20000, 1, 1, 1}), .labels = {}};
  for (const char* estimator : {"straight-through", "st-gumbel", "gumbel"}) {
    auto model = small_model(small_options(estimator));
    torch::NoGradGuard no_grad;
    const auto log_z = log_last_units(model, 2), log_p = log_likelihoods(model);
    const double truth = -(log_z.exp() * log_p).sum().item<double>();
    auto rng = make_rng(7, 0);
    const double found = model.loss(batch, rng).total.item<double>();
    const auto deviation = (log_z.exp() * (log_p + truth).square()).sum().sqrt().item<double>();
    const double error = deviation / std::sqrt(20000.0);
    EXPECT_EQ(std::abs(found - truth) < 5 * error, std::string(estimator) != "gumbel")
        << estimator << " " << found << " " << truth << " " << error;
  }
}

// Their gradients are biased, but not beside the point.
TEST(HalfPicture, RelaxedGradientsPointAsTheTrueOne) {
  const auto truth = enumerated_gradient(2);
  for (const char* estimator : {"straight-through", "st-gumbel", "gumbel"}) {
    const auto mean = drawn_gradients(small_options(estimator), 10000).mean(0);
    const auto cosine = (mean * truth).sum() / (mean.norm() * truth.norm());
    EXPECT_GT(cosine.item<double>(), 0.7) << estimator;
  }
}

TEST(HalfPicture, FiguresCountTheLowerHalfsPixels) {
  auto model = small_model(small_options("gumbel"));
  auto rng = make_rng(8, 0);
  const auto figures = model.figures({.images = one_picture(), .labels = {}}, {.samples = 3}, rng);
  EXPECT_NEAR(figures[1].value, figures[0].value / (4 * std::log(2.0)), 1e-12);
}

TEST(HalfPicture, WhatCannotBeHalvedOrRelaxedIsRefused) {
  EXPECT_THROW(HalfPicture({}, {1, 5, 4}), Error);
  EXPECT_THROW(HalfPicture(small_options("rebar"), kShape), Error);
}

}  // namespace
}  // namespace vqcodec::models
