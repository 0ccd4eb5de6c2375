#include "models/generative/discrete_vae.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "models/gradient_estimators.h"
#include "models/spike_and_exponential.h"
#include "tests/models/expect_mean.h"
#include "tests/models/smoothed_units.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);
const PictureShape kThreePixels{1, 1, 3};

DiscreteVaeOptions small_options() {
  DiscreteVaeOptions options;
  options.units = 2;
  options.groups = 2;
  options.smoothing = kBeta;
  options.layers = 0;
  options.latents = 2;
  options.hidden = {4};
  return options;
}

DiscreteVae small_vae(const DiscreteVaeOptions& options) {
  torch::manual_seed(63);
  DiscreteVae vae(options, kThreePixels);
  torch::NoGradGuard no_grad;
  for (auto& parameter : vae.parameters()) parameter.add_(0.7 * torch::randn_like(parameter));
  vae.to(torch::kFloat64);
  return vae;
}

torch::Tensor one_picture() { return torch::tensor({1.0, 0.0, 1.0}, kDouble).view({1, 1, 1, 3}); }

// KL[q(z,zeta|x) || p(z,zeta)] of two units by sum over z and quadrature over the first zeta.
torch::Tensor enumerated_kl(DiscreteVae& vae) {
  constexpr std::int64_t kPoints = 2000;
  const auto prior = vae.prior();
  const auto x = one_picture();
  // The logits of the second unit, given zeta of the first: rho 0 and rho that give z1 = 1.
  const auto logit1 = vae.infer_at(x, torch::zeros({1, 2}, kDouble)).logits[0][0];
  const auto q1 = torch::sigmoid(logit1);
  auto rho = torch::zeros({kPoints + 1, 2}, kDouble);
  rho.slice(0, 1).select(1, 0).copy_((1 - q1 + q1 * midpoints(kPoints)).detach());
  // zeta given z1 = 1 does not depend on q1: the gradient through it belongs to q1's alone.
  const auto& weights = vae.named_parameters();
  const auto zeta = torch::cat({torch::zeros({1}, kDouble), quantile_of_ones(midpoints(kPoints))});
  const auto inputs = torch::cat({x.flatten(1).expand({kPoints + 1, 3}), zeta.unsqueeze(1)}, 1);
  const auto hidden =
      torch::relu(torch::linear(inputs, weights["group1.1.weight"], weights["group1.1.bias"]));
  const auto logit2 =
      torch::linear(hidden, weights["group1.3.weight"], weights["group1.3.bias"]).squeeze(1);
  EXPECT_TRUE(torch::allclose(
      logit2, vae.infer_at(x.expand({kPoints + 1, 1, 1, 3}), rho).logits.select(1, 1)));
  const auto q2 = torch::sigmoid(logit2);
  const auto minus_entropy = q2 * q2.log() + (1 - q2) * (1 - q2).log();
  const auto b1 = prior.visible_bias[0], b2 = prior.hidden_bias[0], w = prior.weights[0][0];
  const auto off = (minus_entropy - b2 * q2)[0];
  const auto on = (minus_entropy - b1 - (b2 + w) * q2).slice(0, 1).mean();
  return (1 - q1) * ((1 - q1).log() + off) + q1 * (q1.log() + on) + prior.log_partition();
}

// The encoder's and the prior's gradients, the latter from persistent chains.
TEST(DiscreteVae, GradientsOfTheRateAreTheEnumeratedOnes) {
  auto options = small_options();
  options.sweeps = 20;
  options.chains = 2000;
  auto vae = small_vae(options);
  enumerated_kl(vae).backward();
  const std::vector<std::string> names = {"group0.3.bias",   "group0.1.weight", "group1.3.bias",
                                          "group1.3.weight", "couplings",       "bias"};
  std::vector<torch::Tensor> truths;
  for (const auto& name : names) truths.push_back(vae.named_parameters()[name].grad().clone());
  // Pixels say nothing: the loss has the rate's gradient alone.
  {
    torch::NoGradGuard no_grad;
    for (auto& item : vae.named_parameters())
      if (item.key().starts_with("decoder")) item.value().zero_();
  }
  const Batch batch{.images = one_picture().repeat({2000, 1, 1, 1}), .labels = {}};
  auto rng = make_rng(64, 0);
  std::vector<std::vector<torch::Tensor>> drawn(names.size());
  for (int i = 0; i < 80; ++i) {
    vae.zero_grad();
    vae.loss(batch, rng).total.backward();
    for (std::size_t n = 0; n < names.size(); ++n)
      drawn[n].push_back(vae.named_parameters()[names[n]].grad().flatten().clone());
  }
  for (std::size_t n = 0; n < names.size(); ++n) {
    const auto samples = torch::stack(drawn[n]);
    const auto truth = truths[n].flatten();
    for (std::int64_t i = 0; i < truth.numel(); ++i)
      expect_mean(samples.select(1, i), truth[i].item<double>(), 0.004);
  }
}

// The score function's gradient of the same, zeta held: sum_j grad log q(z_j|zeta before), weighted
// with log q - log p.
TEST(DiscreteVae, TheScoreFunctionAgreesAndVariesMore) {
  auto vae = small_vae(small_options());
  enumerated_kl(vae).backward();
  const auto& weights = vae.named_parameters();
  const auto parameter = weights["group0.3.bias"];
  const double truth = parameter.grad().item<double>();
  auto rng = make_rng(71, 0);
  const auto x = one_picture().repeat({500, 1, 1, 1});
  std::vector<torch::Tensor> by_score, by_surrogate;
  for (int i = 0; i < 300; ++i) {
    const auto binary = vae.infer(x, rng);
    const auto sides = binary.z.chunk(2, 1);
    const auto of_first = Bernoulli{binary.logits.slice(1, 0, 1)}.log_prob(sides[0]);
    const auto of_second = Bernoulli{binary.logits.slice(1, 1, 2)}.log_prob(sides[1]).detach();
    const auto log_p = -vae.prior().energy(sides[0], sides[1]).detach();
    const auto bound =
        score_function_surrogate(log_p, of_first + of_second, torch::zeros({}, kDouble));
    by_score.push_back(torch::autograd::grad({-bound.mean()}, {parameter}, {}, true)[0]);
    by_surrogate.push_back(torch::autograd::grad({vae.binary_kl(binary).mean()}, {parameter})[0]);
  }
  expect_mean(torch::stack(by_score), truth, 0.01);
  EXPECT_GT(torch::stack(by_score).var().item<double>(),
            torch::stack(by_surrogate).var().item<double>());
}

// log p(x) by sum over z and quadrature over both zeta. x: (1,3).
double enumerated_evidence(DiscreteVae& vae, const torch::Tensor& x) {
  constexpr std::int64_t kPoints = 200;
  const auto prior = vae.prior();
  const auto log_z = prior.log_partition();
  const auto ones = quantile_of_ones(midpoints(kPoints));
  auto p_x = torch::zeros({}, kDouble);
  for (const double z1 : {0.0, 1.0})
    for (const double z2 : {0.0, 1.0}) {
      const auto zeta = torch::cartesian_prod({z1 * ones, z2 * ones});
      const auto log_p =
          -prior.energy(torch::full({1, 1}, z1, kDouble), torch::full({1, 1}, z2, kDouble)) - log_z;
      const auto weights = vae.named_parameters();
      const auto hidden =
          torch::relu(torch::linear(zeta, weights["decoder.1.weight"], weights["decoder.1.bias"]));
      const Bernoulli pixels{
          torch::linear(hidden, weights["decoder.3.weight"], weights["decoder.3.bias"])};
      p_x = p_x + log_p.exp().squeeze() * pixels.log_prob(x).exp().mean();
    }
  return p_x.log().item<double>();
}

TEST(DiscreteVae, ItsBoundsRiseToTheEnumeratedEvidence) {
  auto vae = small_vae(small_options());
  torch::NoGradGuard no_grad;
  const double evidence = enumerated_evidence(vae, one_picture().view({1, 3}));
  const double log_z = vae.prior().log_partition().item<double>();
  auto rng = make_rng(65, 0);
  const auto log_w = vae.log_weights(one_picture(), 200000, rng).squeeze(1) - log_z;
  expect_mean((log_w - evidence).exp(), 1, 0.01);
  const auto bound_of = [&](std::int64_t k) {
    return importance_bound(log_w.view({k, -1})).mean().item<double>();
  };
  EXPECT_LT(bound_of(1), bound_of(5));
  EXPECT_LT(bound_of(5), bound_of(50));
  EXPECT_LT(bound_of(50), evidence);
  EXPECT_GT(bound_of(500), evidence - 0.02);
}

TEST(DiscreteVae, DrawsHaveTheEnumeratedProbabilities) {
  auto vae = small_vae(small_options());
  torch::NoGradGuard no_grad;
  for (auto& item : vae.named_parameters())
    if (item.key().starts_with("decoder")) item.value().mul_(2);  // pixels tell zeta from z
  auto rng = make_rng(70, 0);
  constexpr std::int64_t kDraws = 20000;
  const auto drawn = vae.sample(kDraws, {}, rng).view({kDraws, 3}).to(torch::kFloat64);
  const auto number = torch::matmul(drawn, torch::tensor({1.0, 2.0, 4.0}, kDouble));
  const auto counts = torch::bincount(number.to(torch::kInt64), {}, 8).to(torch::kFloat64);
  double chi_square = 0, total = 0;  // of 7 degrees of freedom: deviation 3.7
  for (std::int64_t n = 0; n < 8; ++n) {
    const double p = std::exp(enumerated_evidence(vae, all_states(3, kDouble)[n].view({1, 3})));
    const double expected = p * kDraws;
    chi_square += std::pow(counts[n].item<double>() - expected, 2) / expected;
    total += p;
  }
  EXPECT_NEAR(total, 1, 1e-6);
  EXPECT_LT(chi_square, 7 + 5 * 3.7);
}

// With Gaussian layers and several groups: sum_x p(x) = 1.
TEST(DiscreteVae, WeightsSumToOneOverAllPictures) {
  auto options = small_options();
  options.units = 8;
  options.groups = 4;
  options.layers = 2;
  auto vae = small_vae(options);
  torch::NoGradGuard no_grad;
  for (auto& parameter : vae.parameters()) parameter.mul_(0.3);  // no draw outweighs all others
  auto rng = make_rng(66, 0);
  const auto all = all_states(3, kDouble).view({8, 1, 1, 3});
  const auto log_w = vae.log_weights(all, 40000, rng) - vae.prior().log_partition();
  expect_mean(log_w.exp().sum(1), 1, 0.05);
}

TEST(DiscreteVae, TheClosedFormRateIsThatOfTheDraws) {
  auto options = small_options();
  options.layers = 2;
  auto vae = small_vae(options);
  torch::NoGradGuard no_grad;
  auto rng = make_rng(67, 0);
  const Batch batch{.images = one_picture().repeat({200000, 1, 1, 1}), .labels = {}};
  const auto terms = vae.loss(batch, rng).terms;
  double loss = 0;  // -E[log p(x|.)] + E[KL of the Gaussians]
  for (const auto& [name, value] : terms)
    if (name != "binary_entropy_nats") loss += value.item<double>();
  const auto binary_kl = enumerated_kl(vae).item<double>();
  const auto log_w = vae.log_weights(one_picture(), 200000, rng) - vae.prior().log_partition();
  // Both are means of 200,000 draws of deviation about 2.
  EXPECT_NEAR(-log_w.mean().item<double>(), loss + binary_kl, 0.05);
}

// A prior without couplings is the factorial one.
TEST(DiscreteVae, WithoutCouplingsThePriorIsFactorial) {
  auto options = small_options();
  options.layers = 1;
  options.temperatures = 10;
  auto with = small_vae(options);
  options.prior = "factorial";
  auto without = small_vae(options);
  torch::NoGradGuard no_grad;
  with.named_parameters()["couplings"].zero_();
  for (auto& item : without.named_parameters())
    item.value().copy_(with.named_parameters()[item.key()]);
  auto rng = make_rng(68, 0), again = make_rng(68, 0);
  const Batch batch{.images = one_picture().repeat({5, 1, 1, 1}), .labels = {}};
  const auto a = with.log_prob(batch, {.samples = 7}, rng);
  const auto b = without.log_prob(batch, {.samples = 7}, again);
  EXPECT_LT((a.per_example - b.per_example).abs().max().item<double>(), 1e-12);
  EXPECT_EQ(a.kind, EstimateKind::kStochasticLowerBound);
  EXPECT_EQ(b.kind, EstimateKind::kStochasticLowerBound);
}

TEST(DiscreteVae, TheRatesWeightRisesToOne) {
  auto options = small_options();
  options.layers = 1;
  options.warm_up = 4;
  auto vae = small_vae(options);
  const Batch batch{.images = one_picture(), .labels = {}};
  for (const auto& [step, weight] : {std::pair{0, 0.25}, {1, 0.5}, {3, 1.0}, {9, 1.0}}) {
    vae.begin_step({.step = step, .steps = 10});
    auto rng = make_rng(72, 0);
    const auto loss = vae.loss(batch, rng);
    const auto expected = loss.terms[0].second + weight * loss.terms[1].second;
    EXPECT_NEAR(loss.total.item<double>(), expected.item<double>(), 1e-12) << step;
  }
}

TEST(DiscreteVae, GroupsMustDivideTheUnits) {
  auto options = small_options();
  options.units = 6;
  options.groups = 4;
  EXPECT_THROW(DiscreteVae(options, kThreePixels), Error);
}

TEST(DiscreteVae, AnEstimatedPartitionFunctionMakesItNoBound) {
  auto options = small_options();
  options.units = 42;
  options.temperatures = 5;
  options.chains = 5;
  DiscreteVae vae(options, kThreePixels);
  auto rng = make_rng(69, 0);
  const Batch zeros{.images = torch::zeros({2, 1, 1, 3}), .labels = {}};
  const auto figures = vae.figures(zeros, {.samples = 3}, rng);
  ASSERT_EQ(figures.size(), 5u);
  EXPECT_EQ(figures[3].name, "log_partition");
  EXPECT_NE(figures[0].estimator.find("no bound"), std::string::npos);
}

}  // namespace
}  // namespace vqcodec::models
