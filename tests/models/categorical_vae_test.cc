#include "models/generative/categorical_vae.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);
const PictureShape kShape{1, 3, 2};

CategoricalVaeOptions small_options() {
  CategoricalVaeOptions options;
  options.variables = 3;
  options.classes = 3;
  options.hidden = {5};
  return options;
}

CategoricalVae small_vae(const CategoricalVaeOptions& options) {
  torch::manual_seed(3);
  CategoricalVae vae(options, kShape);
  torch::NoGradGuard no_grad;
  for (auto& parameter : vae.parameters()) parameter.mul_(2);
  vae.to(torch::kFloat64);
  return vae;
}

Batch one_picture() {
  torch::manual_seed(4);
  return {.images = torch::rand({1, 1, 3, 2}, torch::kFloat64).round(), .labels = {}};
}

// All 27 states of three variables of three classes, one-hot, (27,3,3).
torch::Tensor all_states() {
  const auto number = torch::arange(27);
  const auto digits = torch::stack(
      {number.div(9, "floor"), number.div(3, "floor").remainder(3), number.remainder(3)}, 1);
  return torch::one_hot(digits, 3).to(torch::kFloat64);
}

// The ELBO by enumeration, differentiable.
torch::Tensor enumerated_elbo(CategoricalVae& vae, const torch::Tensor& x) {
  const auto z = all_states();
  const Categorical q{vae.posterior(x).logits.expand({27, 3, 3})};
  const auto log_q = q.log_prob(z);
  const auto log_p = vae.likelihood(z).log_prob(x.expand({27, 1, 3, 2})) - 3 * std::log(3.0);
  return (log_q.exp() * (log_p - log_q)).sum();
}

TEST(Categorical, ProbabilitiesSumToOneAndEntropyIsTheirs) {
  torch::manual_seed(1);
  const Categorical q{torch::randn({1, 3, 3}, kDouble).expand({27, 3, 3})};
  const auto log_q = q.log_prob(all_states());
  EXPECT_NEAR(log_q.exp().sum().item<double>(), 1, 1e-12);
  EXPECT_NEAR(q.entropy()[0].item<double>(), -(log_q.exp() * log_q).sum().item<double>(), 1e-12);
}

// Chi-square with two degrees of freedom: mean 2, deviation 2.
void expect_frequencies(const torch::Tensor& one_hot, const torch::Tensor& p) {
  const auto expected = p * static_cast<double>(one_hot.size(0));
  const auto counts = one_hot.sum(0).flatten();
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(), 2 + 5 * 2);
}

TEST(Categorical, DrawsAndGumbelMaximaHaveItsProbabilities) {
  auto rng = make_rng(2, 0);
  const auto logits = torch::tensor({0.3, -1.0, 0.9}, kDouble);
  const Categorical q{logits.expand({30000, 1, 3})};
  expect_frequencies(q.sample(rng), logits.softmax(0));
  expect_frequencies(one_hot_of_largest(gumbel_softmax(q, 0.7, rng)), logits.softmax(0));
}

TEST(ScoreFunction, SurrogateHasTheValueAndTheEnumeratedGradient) {
  torch::manual_seed(5);
  const auto logits = torch::randn({1, 3, 3}, kDouble).requires_grad_();
  const auto theta = torch::randn({27}, kDouble).requires_grad_();  // log p of each state
  const Categorical q{logits.expand({27, 3, 3})};
  const auto log_q = q.log_prob(all_states());
  const auto enumerated = (log_q.exp() * (theta - log_q)).sum();
  const auto expected = torch::autograd::grad({enumerated}, {logits, theta}, {}, true);
  for (const double b : {0.0, 2.5}) {
    const auto surrogate = score_function_surrogate(theta, log_q, torch::tensor(b, kDouble));
    EXPECT_TRUE(torch::allclose(surrogate, theta - log_q));
    // sum_z q(z) grad L^(z), q held.
    const auto got = torch::autograd::grad({(log_q.exp().detach() * surrogate).sum()},
                                           {logits, theta}, {}, true);
    EXPECT_LT((got[0] - expected[0]).abs().max().item<double>(), 1e-10);
    EXPECT_LT((got[1] - expected[1]).abs().max().item<double>(), 1e-10);
  }
}

TEST(ScoreFunction, TheOthersMeanLeavesEachOut) {
  const auto rewards = torch::tensor({{1.0, 5.0}, {2.0, 6.0}, {6.0, 1.0}}, kDouble);
  EXPECT_TRUE(torch::allclose(mean_of_the_others(rewards),
                              torch::tensor({{4.0, 3.5}, {3.5, 3.0}, {1.5, 5.5}}, kDouble)));
}

// Means over draws, 50 at a time: (count / 50, units).
torch::Tensor drawn_gradients(const CategoricalVaeOptions& options, int count,
                              const std::string& parameter = "encoder.3.bias") {
  constexpr int kAtATime = 50;
  auto vae = small_vae(options);
  const Batch batch{.images = one_picture().images.repeat({kAtATime, 1, 1, 1}), .labels = {}};
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < count / kAtATime; ++i) {
    auto rng = make_rng(6, static_cast<std::uint64_t>(i));
    vae.zero_grad();
    vae.loss(batch, rng).total.backward();
    drawn.push_back(vae.named_parameters()[parameter].grad().clone());
  }
  return torch::stack(drawn);
}

TEST(CategoricalVae, EveryBaselineGivesTheEnumeratedGradient) {
  auto exact = small_vae(small_options());
  (-enumerated_elbo(exact, one_picture().images)).backward();
  const auto truth = exact.named_parameters()["encoder.3.bias"].grad();
  double variance_without = 0;
  for (const char* baseline : {"none", "mean", "learned", "others"})
    for (const char* entropy : {"exact", "sampled"}) {
      auto options = small_options();
      options.estimator = "score-function";
      options.baseline = baseline;
      options.entropy = entropy;
      const auto drawn = drawn_gradients(options, 10000);
      for (std::int64_t i = 0; i < truth.size(0); ++i)
        expect_mean(drawn.select(1, i), truth[i].item<double>(), 0.03);
      const double variance = drawn.var(0).sum().item<double>();
      if (std::string(baseline) == "none") variance_without = variance;
      if (std::string(baseline) == "others") {
        EXPECT_LT(variance, variance_without);
      }
    }
}

// Against the bound of two draws, enumerated over all their states.
TEST(CategoricalVae, VimcoGivesTheGradientOfTheEnumeratedBound) {
  auto options = small_options();
  options.estimator = "vimco";
  options.draws = 2;
  auto vae = small_vae(options);
  const auto x = one_picture().images;
  const auto z = all_states();
  const Categorical q{vae.posterior(x).logits.expand({27, 3, 3})};
  const auto log_q = q.log_prob(z);
  const auto log_w =
      vae.likelihood(z).log_prob(x.expand({27, 1, 3, 2})) - 3 * std::log(3.0) - log_q;
  const auto pairs = torch::logaddexp(log_w.unsqueeze(0), log_w.unsqueeze(1)) - std::log(2.0);
  const auto bound = ((log_q.unsqueeze(0) + log_q.unsqueeze(1)).exp() * pairs).sum();
  (-bound).backward();
  const auto truth = vae.named_parameters()["encoder.3.bias"].grad().clone();
  const auto drawn = drawn_gradients(options, 10000);
  for (std::int64_t i = 0; i < truth.size(0); ++i)
    expect_mean(drawn.select(1, i), truth[i].item<double>(), 0.03);
}

TEST(CategoricalVae, RebarGivesTheEnumeratedGradientWithLessVariance) {
  auto exact = small_vae(small_options());
  (-enumerated_elbo(exact, one_picture().images)).backward();
  const auto truth = exact.named_parameters()["encoder.3.bias"].grad();
  auto options = small_options();
  options.estimator = "score-function";
  options.baseline = "none";
  options.draws = 1;
  const double variance_without = drawn_gradients(options, 10000).var(0).sum().item<double>();
  options.estimator = "rebar";
  options.temperature_rate = 1;  // 0.5 at once
  for (const double scale : {0.5, 1.0}) {
    options.rebar_scale = scale;
    const auto drawn = drawn_gradients(options, 10000);
    for (std::int64_t i = 0; i < truth.size(0); ++i)
      expect_mean(drawn.select(1, i), truth[i].item<double>(), 0.03);
    EXPECT_LT(drawn.var(0).sum().item<double>(), 0.5 * variance_without) << scale;
  }
}

// Hard draws reach the decoder, whose gradient is therefore unbiased too.
TEST(CategoricalVae, TheDecodersGradientIsTheEnumeratedOne) {
  auto exact = small_vae(small_options());
  (-enumerated_elbo(exact, one_picture().images)).backward();
  const auto truth = exact.named_parameters()["decoder.3.bias"].grad();
  for (const char* estimator : {"score-function", "straight-through", "st-gumbel", "rebar"}) {
    auto options = small_options();
    options.estimator = estimator;
    const auto drawn = drawn_gradients(options, 10000, "decoder.3.bias");
    for (std::int64_t i = 0; i < truth.size(0); ++i)
      expect_mean(drawn.select(1, i), truth[i].item<double>(), 0.03);
  }
}

// Given the draw alone, the relaxation is distributed as the one that the draw came from.
TEST(RebarDraw, TheConditionalRelaxationAgreesWithTheDraw) {
  auto rng = make_rng(9, 0);
  const auto logits = torch::tensor({0.3, -1.0, 0.9}, kDouble);
  const auto z = rebar_draw({logits.expand({50000, 1, 3})}, 0.7, rng);
  EXPECT_TRUE(torch::equal(one_hot_of_largest(z.relaxed), z.hard));
  EXPECT_TRUE(torch::equal(one_hot_of_largest(z.given_hard), z.hard));
  expect_frequencies(z.hard, logits.softmax(0));
  for (std::int64_t k = 0; k < 3; ++k)
    for (const double power : {1.0, 2.0}) {
      const auto a = z.relaxed.select(2, k).pow(power), b = z.given_hard.select(2, k).pow(power);
      expect_mean(a - b, 0, 0.003);
    }
}

// As the temperature falls the relaxation's bias does too, and its variance rises.
TEST(CategoricalVae, GumbelSoftmaxTradesBiasForVariance) {
  auto exact = small_vae(small_options());
  (-enumerated_elbo(exact, one_picture().images)).backward();
  const auto truth = exact.named_parameters()["encoder.3.bias"].grad();
  double last_bias = 1e9, last_variance = 0;
  for (const double temperature : {2.0, 0.5, 0.15}) {
    auto options = small_options();
    options.least_temperature = temperature;
    options.temperature_rate = 1;  // at once
    if (temperature > 1) options.temperature_rate = 0;
    const auto drawn = drawn_gradients(options, 10000);
    const double bias = (drawn.mean(0) - truth).norm().item<double>();
    const double variance = drawn.var(0).sum().item<double>();
    EXPECT_LT(bias, last_bias) << temperature;
    EXPECT_GT(variance, last_variance) << temperature;
    last_bias = bias;
    last_variance = variance;
  }
}

// E f(z) is linear in the probabilities where f is linear in z, so the estimator is exact there.
TEST(StraightThrough, IsExactForLinearFunctions) {
  auto rng = make_rng(7, 0);
  const auto logits = torch::tensor({{{0.2, -0.4, 1.0}}}, kDouble).requires_grad_();
  const auto f = torch::tensor({1.5, -2.0, 0.5}, kDouble);
  const Categorical q{logits};
  const auto exact = torch::autograd::grad({(logits.softmax(-1) * f).sum()}, {logits})[0];
  const auto hard = q.sample(rng), z = straight_through(hard, logits.softmax(-1));
  EXPECT_TRUE(torch::allclose(z, hard));
  EXPECT_TRUE(torch::allclose(torch::autograd::grad({(z * f).sum()}, {logits})[0], exact));
}

// f(z) = (a z - t)^2: the estimator takes f' at the draw, E_q[2 (a z - t)] a, for the differences
// of f, so that its bias is sum_i [2 (E_q[a z] - t) a_i - (a_i - t)^2] dq_i.
TEST(StraightThrough, ItsBiasForAQuadraticIsTheClosedForm) {
  auto rng = make_rng(10, 0);
  constexpr std::int64_t kDraws = 20000;
  const double target = 0.4;
  const auto a = torch::tensor({1.5, -2.0, 0.5}, kDouble);
  const auto logits = torch::tensor({0.2, -0.4, 1.0}, kDouble).requires_grad_();
  const auto q = logits.softmax(0);
  const auto held = q.detach();
  const auto with_weights = [&](const torch::Tensor& of_q) {
    return torch::autograd::grad({(of_q * q).sum()}, {logits}, {}, true)[0];
  };
  const auto exact = with_weights((a - target).square());
  const auto bias = with_weights(2 * ((held * a).sum() - target) * a - (a - target).square());
  EXPECT_GT(bias.norm().item<double>(), 0.3);
  const auto each = logits.detach().expand({kDraws, 1, 3}).clone().requires_grad_();
  const auto z = straight_through(Categorical{each}.sample(rng), each.softmax(-1));
  const auto f = ((z * a).sum(-1) - target).square().sum();
  const auto drawn = torch::autograd::grad({f}, {each})[0].squeeze(1);  // (draws,3)
  for (std::int64_t i = 0; i < 3; ++i)
    expect_mean(drawn.select(1, i), (exact + bias)[i].item<double>(), 0.02);
}

TEST(CategoricalVae, ItsBoundIsOfHardDraws) {
  auto vae = small_vae(small_options());
  const auto batch = one_picture();
  auto rng = make_rng(8, 0);
  torch::NoGradGuard no_grad;
  expect_mean(vae.log_weights(batch.images, 50000, rng),
              enumerated_elbo(vae, batch.images).item<double>(), 0.01);
  // The weights' mean is p(x).
  const auto z = all_states();
  const auto evidence =
      (vae.likelihood(z).log_prob(batch.images.expand({27, 1, 3, 2})) - 3 * std::log(3.0))
          .logsumexp(0)
          .item<double>();
  expect_mean((vae.log_weights(batch.images, 200000, rng) - evidence).exp(), 1, 0.05);
}

}  // namespace
}  // namespace vqcodec::models
