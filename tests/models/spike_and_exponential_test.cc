#include "models/spike_and_exponential.h"

#include <gtest/gtest.h>

#include "models/gradient_estimators.h"
#include "tests/models/expect_mean.h"
#include "tests/models/smoothed_units.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

TEST(SpikeAndExponential, TheInverseUndoesTheDistributionFunction) {
  const auto rho = midpoints(1000);
  for (const double logit : {-2.0, 0.3, 4.0}) {
    const SpikeAndExponential q{torch::tensor(logit, kDouble), kBeta};
    const auto zeta = q.inverse_cdf(rho), z = q.binary(rho);
    EXPECT_TRUE(torch::equal(zeta > 0, z > 0));
    EXPECT_LT(((q.cdf(zeta) - rho) * z).abs().max().item<double>(), 1e-12);
    EXPECT_EQ((zeta * (1 - z)).max().item<double>(), 0);
    EXPECT_NEAR(z.mean().item<double>(), 1 / (1 + std::exp(-logit)), 1e-3);
    EXPECT_NEAR(q.cdf(torch::ones({1}, kDouble)).item<double>(), 1, 1e-12);
  }
}

TEST(SpikeAndExponential, ItsGradientIsThatOfFiniteDifferences) {
  const auto rho = torch::tensor({0.2, 0.6, 0.75, 0.99}, kDouble);
  const auto logit = torch::full({4}, 0.4, kDouble).requires_grad_();
  const auto zeta = [&](const torch::Tensor& l) {
    return SpikeAndExponential{l, kBeta}.inverse_cdf(rho);
  };
  const auto gradient = torch::autograd::grad({zeta(logit).sum()}, {logit})[0];
  const auto held = logit.detach();
  const auto slope = (zeta(held + 1e-6) - zeta(held - 1e-6)) / 2e-6;
  EXPECT_LT((gradient - slope).abs().max().item<double>(), 1e-8);
  EXPECT_EQ(gradient[0].item<double>(), 0);  // z = 0 there
}

// E_rho f(zeta) = (1 - q) f(0) + q int f r, and r integrates to one.
TEST(SpikeAndExponential, MeansAreThoseOfSpikeAndExponential) {
  const SpikeAndExponential q{torch::tensor(0.4, kDouble), kBeta};
  const auto zeta = q.inverse_cdf(midpoints(200000));
  const auto x = midpoints(20000);
  const auto r = kBeta * (kBeta * x).exp() / std::expm1(kBeta);
  EXPECT_NEAR(r.mean().item<double>(), 1, 1e-7);
  const auto f = [](const torch::Tensor& t) { return (2 * t).cos(); };
  const double on = 1 / (1 + std::exp(-0.4));
  EXPECT_NEAR(f(zeta).mean().item<double>(), 1 - on + on * (f(x) * r).mean().item<double>(), 1e-5);
  auto rng = make_rng(61, 0);
  const auto z = torch::tensor({0.0, 1.0}, kDouble).expand({50000, 2});
  const auto drawn = smoothed(z, kBeta, rng);
  EXPECT_EQ(drawn.select(1, 0).abs().max().item<double>(), 0);
  expect_mean(drawn.select(1, 1), 1 / (1 - std::exp(-kBeta)) - 1 / kBeta, 0.002);
}

// Two units, q1 = sigmoid(a), q2 = sigmoid(c + d zeta1), under a prior of coupling w and biases b:
// sum over z, quadrature over zeta1.
struct GoldenCase {
  torch::Tensor a = torch::tensor(0.4, kDouble).requires_grad_();
  torch::Tensor c = torch::tensor(-0.2, kDouble).requires_grad_();
  torch::Tensor d = torch::tensor(1.3, kDouble).requires_grad_();
  double w = 0.7;
  torch::Tensor bias = torch::tensor({0.3, -0.5}, kDouble);

  std::vector<torch::Tensor> gradients(const torch::Tensor& value) const {
    return torch::autograd::grad({value}, {a, c, d});
  }
};

torch::Tensor enumerated_kl(const GoldenCase& golden) {
  const auto q1 = torch::sigmoid(golden.a);
  const auto given = [&](const torch::Tensor& zeta, double z1) {
    const auto logit = golden.c + golden.d * zeta;
    const auto q2 = torch::sigmoid(logit);
    const auto minus_entropy = q2 * q2.log() + (1 - q2) * (1 - q2).log();
    return (minus_entropy - golden.bias[0] * z1 - (golden.bias[1] + golden.w * z1) * q2).mean();
  };
  return (1 - q1) * ((1 - q1).log() + given(torch::zeros({1}, kDouble), 0)) +
         q1 * (q1.log() + given(quantile_of_ones(midpoints(20000)), 1));
}

// The mean of the surrogate over rho1, by quadrature on each side of the spike, and over z2.
// own_side: the share of the coupling that the earlier unit sees.
torch::Tensor mean_surrogate(const GoldenCase& golden, double own_side) {
  auto total = torch::zeros({}, kDouble);
  const auto q1 = torch::sigmoid(golden.a).detach();
  for (const double z1 : {0.0, 1.0}) {
    const auto rho = z1 > 0 ? 1 - q1 + q1 * midpoints(20000) : 0.5 * (1 - q1).view({1});
    const auto first = golden.a.expand_as(rho);
    const auto zeta = SpikeAndExponential{first, kBeta}.inverse_cdf(rho);
    const auto logits = torch::stack({first, golden.c + golden.d * zeta}, 1);
    const auto q2 = torch::sigmoid(logits.select(1, 1)).detach();
    for (const double z2 : {0.0, 1.0}) {
      const auto z = torch::tensor({z1, z2}, kDouble).expand_as(logits);
      const auto couplings =
          golden.w * torch::tensor({own_side * z2, z1}, kDouble).expand_as(logits);
      const auto weight = (z1 > 0 ? q1 : 1 - q1) * (z2 > 0 ? q2 : 1 - q2);
      total = total + (weight * boltzmann_kl_surrogate(logits, z, golden.bias, couplings)).mean();
    }
  }
  return total;
}

TEST(BoltzmannKlSurrogate, HasTheGradientOfTheEnumeratedDivergence) {
  const GoldenCase golden;
  const auto truth = golden.gradients(enumerated_kl(golden));
  const auto surrogate = golden.gradients(mean_surrogate(golden, 1));
  const double expected[] = {-0.04635754, 0.09528418, 0.05563195};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(truth[i].item<double>(), expected[i], 2e-7);
    EXPECT_NEAR(surrogate[i].item<double>(), expected[i], 2e-7);
  }
  // Couplings that only the later unit sees give another gradient.
  EXPECT_NEAR(golden.gradients(mean_surrogate(golden, 0))[0].item<double>(), 0.0294, 1e-4);
}

}  // namespace
}  // namespace vqcodec::models
