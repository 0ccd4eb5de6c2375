#include "models/distributions.h"

#include <cmath>
#include <numbers>

namespace vqcodec::models {

torch::Tensor sum_events(const torch::Tensor& x) { return x.flatten(1).sum(1); }

torch::Tensor Bernoulli::log_prob(const torch::Tensor& x) const {
  // log sigmoid(l) = l - softplus(l) and log(1 - sigmoid(l)) = -softplus(l).
  return sum_events(x * logits - torch::softplus(logits));
}

torch::Tensor Bernoulli::sample(Rng& rng) const { return torch::bernoulli(mean(), rng); }

torch::Tensor Categorical::log_prob(const torch::Tensor& one_hot) const {
  return sum_events(one_hot * log_probabilities());
}

torch::Tensor Categorical::log_prob_of(const torch::Tensor& classes) const {
  return sum_events(log_probabilities().gather(-1, classes.unsqueeze(-1)));
}

torch::Tensor Categorical::entropy() const {
  const auto log_p = log_probabilities();
  return -sum_events(log_p.exp() * log_p);
}

torch::Tensor Categorical::sample(Rng& rng) const {
  const auto classes = logits.size(-1);
  const auto p = logits.detach().softmax(-1).view({-1, classes});
  const auto drawn = torch::multinomial(p, 1, /*replacement=*/true, rng).squeeze(1);
  return torch::one_hot(drawn, classes).to(logits.scalar_type()).view_as(logits);
}

torch::Tensor DiagonalGaussian::log_prob(const torch::Tensor& x) const {
  const double log_two_pi = std::log(2 * std::numbers::pi);
  return -0.5 * sum_events((x - mean).square() * (-log_variance).exp() + log_variance + log_two_pi);
}

torch::Tensor DiagonalGaussian::sample(Rng& rng) const {
  const auto noise = torch::randn(mean.sizes(), rng, mean.options().requires_grad(false));
  return mean + (0.5 * log_variance).exp() * noise;
}

torch::Tensor FullGaussian::log_prob(const torch::Tensor& x) const {
  const auto white = torch::linalg_solve_triangular(factor, (x - mean).t(), /*upper=*/false);
  const double log_two_pi = std::log(2 * std::numbers::pi);
  const auto half_log_determinant = factor.diagonal().log().sum();
  return -0.5 * white.square().sum(0) - half_log_determinant -
         0.5 * log_two_pi * static_cast<double>(x.size(1));
}

torch::Tensor rounded_to_levels(const torch::Tensor& x, std::int64_t levels) {
  const auto top = static_cast<double>(levels - 1);
  return (x.clamp(0, 1) * top).round() / top;
}

torch::Tensor DiscretizedLogistic::log_cells(const torch::Tensor& x) const {
  const double half = 0.5 / static_cast<double>(levels - 1);
  const auto inverse = (-log_scale).exp();
  const auto above = (x + half - mean) * inverse, below = (x - half - mean) * inverse;
  // sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), and a - b is the same
  // everywhere.
  const auto width = 2 * half * inverse;
  const auto inside = -torch::softplus(-above) - torch::softplus(below) + (-(-width).expm1()).log();
  const auto bottom = -torch::softplus(-above), top = -torch::softplus(below);
  return torch::where(x < half, bottom, torch::where(x > 1 - half, top, inside));
}

torch::Tensor DiscretizedLogistic::sample(Rng& rng) const {
  constexpr double kEdge = 1e-6;
  const auto uniform =
      torch::rand(mean.sizes(), rng, mean.options().requires_grad(false)).clamp(kEdge, 1 - kEdge);
  return rounded_to_levels(mean + log_scale.exp() * (uniform.log() - (-uniform).log1p()), levels);
}

torch::Tensor LogisticMixture::log_prob(const torch::Tensor& x) const {
  return sum_events((logits.log_softmax(1) + parts.log_cells(x.unsqueeze(1))).logsumexp(1));
}

torch::Tensor LogisticMixture::sample(Rng& rng) const {
  const auto p = logits.movedim(1, -1).softmax(-1);
  const auto which = torch::multinomial(p.reshape({-1, p.size(-1)}), 1, /*replacement=*/true, rng)
                         .view_as(logits.select(1, 0))
                         .unsqueeze(1);
  return DiscretizedLogistic{parts.mean.gather(1, which).squeeze(1),
                             parts.log_scale.gather(1, which).squeeze(1), parts.levels}
      .sample(rng);
}

DiagonalGaussian repeated(const DiagonalGaussian& q, std::int64_t times) {
  std::vector<std::int64_t> repeats(static_cast<std::size_t>(q.mean.dim()), 1);
  repeats[0] = times;
  return {.mean = q.mean.repeat(repeats), .log_variance = q.log_variance.repeat(repeats)};
}

DiagonalGaussian standard_normal_like(const torch::Tensor& x) {
  return {.mean = torch::zeros_like(x), .log_variance = torch::zeros_like(x)};
}

torch::Tensor kl_divergence(const DiagonalGaussian& q, const DiagonalGaussian& p) {
  const auto log_ratio = p.log_variance - q.log_variance;
  const auto scaled = (q.mean - p.mean).square() * (-p.log_variance).exp();
  return 0.5 * sum_events(log_ratio + (-log_ratio).exp() + scaled - 1);
}

torch::Tensor kl_to_standard_normal_by_dimension(const DiagonalGaussian& q) {
  return -0.5 * (1 + q.log_variance - q.mean.square() - q.log_variance.exp());
}

torch::Tensor kl_to_standard_normal(const DiagonalGaussian& q) {
  return sum_events(kl_to_standard_normal_by_dimension(q));
}

}  // namespace vqcodec::models
