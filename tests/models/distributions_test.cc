#include "models/distributions.h"

#include <gtest/gtest.h>

#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

TEST(Bernoulli, ProbabilitiesOfAllEventsSumToOne) {
  const auto logits = torch::tensor({-3.0, 0.0, 0.7, 40.0}, kDouble);
  const auto events = torch::cartesian_prod(
      std::vector<torch::Tensor>(4, torch::tensor({0.0, 1.0}, kDouble)));  // (16,4)
  const auto log_prob = Bernoulli{logits.expand_as(events)}.log_prob(events);
  EXPECT_NEAR(log_prob.exp().sum().item<double>(), 1, 1e-12);
}

TEST(Bernoulli, SamplesHaveItsMean) {
  auto rng = make_rng(7, 0);
  const Bernoulli bernoulli{torch::full({20000, 1}, 0.4)};
  expect_mean(bernoulli.sample(rng), 1 / (1 + std::exp(-0.4)), 0.004);
}

TEST(DiagonalGaussian, DensityIntegratesToOne) {
  const auto x = torch::linspace(-12, 12, 4001, kDouble).unsqueeze(1);
  const DiagonalGaussian gaussian{torch::full_like(x, 0.3), torch::full_like(x, -0.8)};
  const auto density = gaussian.log_prob(x).exp();
  EXPECT_NEAR(density.sum().item<double>() * 24 / 4000, 1, 1e-10);
}

TEST(DiagonalGaussian, SamplesHaveItsMomentsAndLogProbability) {
  auto rng = make_rng(8, 0);
  const auto mean = torch::full({40000, 1}, -1.5, kDouble);
  const DiagonalGaussian gaussian{mean, torch::full_like(mean, std::log(0.25))};
  const auto x = gaussian.sample(rng);
  expect_mean(x, -1.5, 0.003);
  expect_mean((x - mean).square(), 0.25, 0.003);
  // E log p = minus the entropy, 0.5 log(2 pi e variance).
  expect_mean(gaussian.log_prob(x), -0.5 * std::log(2 * M_PI * M_E * 0.25), 0.005);
}

// arXiv:1312.6114, appendix B, against E_q[log q - log p].
TEST(DiagonalGaussian, DivergenceFromTheStandardNormalIsTheMeanLogRatio) {
  auto rng = make_rng(9, 0);
  const auto mean = torch::tensor({{0.5, -1.0, 0.0}}, kDouble);
  const auto log_variance = torch::tensor({{-1.0, 0.3, 0.0}}, kDouble);
  const DiagonalGaussian one{mean, log_variance};
  const DiagonalGaussian many{mean.repeat({100000, 1}), log_variance.repeat({100000, 1})};
  const auto z = many.sample(rng);
  expect_mean(many.log_prob(z) - standard_normal_like(z).log_prob(z),
              kl_to_standard_normal(one).item<double>(), 0.006);
  EXPECT_NEAR(kl_to_standard_normal(standard_normal_like(mean)).item<double>(), 0, 1e-15);
  EXPECT_NEAR(kl_to_standard_normal_by_dimension(one).sum().item<double>(),
              kl_to_standard_normal(one).item<double>(), 1e-12);
}

// E f(z) for f = a z^2 + b z is a (m^2 + v) + b m, so its derivative by m is 2 a m + b, by log v a
// v.
TEST(DiagonalGaussian, ReparameterizedGradientIsTheDerivativeOfTheExpectation) {
  auto rng = make_rng(10, 0);
  const double a = 0.7, b = -0.4, m = 0.9, v = 0.5;
  const auto mean = torch::full({200000, 1}, m, kDouble).requires_grad_();
  const auto log_variance = torch::full({200000, 1}, std::log(v), kDouble).requires_grad_();
  const auto z = DiagonalGaussian{mean, log_variance}.sample(rng);
  (a * z.square() + b * z).sum().backward();
  expect_mean(mean.grad(), 2 * a * m + b, 0.004);
  expect_mean(log_variance.grad(), a * v, 0.004);
  // The score function's gradient has the same mean and more variance (Williams 1992).
  const auto fixed = z.detach();
  const auto score = (fixed - m) / v;
  const auto gradient = (a * fixed.square() + b * fixed) * score;
  expect_mean(gradient, 2 * a * m + b, 0.01);
  EXPECT_GT(gradient.var().item<double>(), 2 * mean.grad().var().item<double>());
}

TEST(DiagonalGaussian, DivergenceOfTwoIsTheMeanLogRatio) {
  torch::manual_seed(62);
  const DiagonalGaussian q{torch::randn({1, 4}, kDouble), torch::randn({1, 4}, kDouble)};
  const DiagonalGaussian p{torch::randn({1, 4}, kDouble), torch::randn({1, 4}, kDouble)};
  auto rng = make_rng(62, 0);
  const auto x = repeated(q, 100000).sample(rng);
  expect_mean(q.log_prob(x) - p.log_prob(x), kl_divergence(q, p).item<double>(), 0.05);
  EXPECT_TRUE(
      torch::allclose(kl_divergence(q, standard_normal_like(q.mean)), kl_to_standard_normal(q)));
}

}  // namespace
}  // namespace vqcodec::models
