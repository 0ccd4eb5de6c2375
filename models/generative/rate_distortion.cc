#include "models/generative/rate_distortion.h"

#include <cmath>

namespace vqcodec::models {

torch::Tensor information_terms(const DiagonalGaussian& q, const torch::Tensor& z) {
  const auto mean = q.mean.to(torch::kFloat64), draws = z.to(torch::kFloat64);
  const auto log_variance = q.log_variance.to(torch::kFloat64).expand_as(mean);
  const auto precision = (-log_variance).exp();  // (M,Z)
  // -2 log q(z|x_m) without ln 2 pi, which cancels: z^2 p - 2 z p mu + (p mu^2 + ln sigma^2).
  const auto constants = (precision * mean.square() + log_variance).sum(1);  // (M)
  const auto own = -0.5 * ((draws - mean).square() * precision + log_variance).sum(1);
  constexpr std::int64_t kAtATime = 500;
  std::vector<torch::Tensor> mixtures;
  for (const auto& part : draws.split(kAtATime)) {
    const auto quadratic = torch::matmul(part.square(), precision.t()) -
                           2 * torch::matmul(part, (precision * mean).t()) + constants;  // (n,M)
    mixtures.push_back((-0.5 * quadratic).logsumexp(1));
  }
  return own - torch::cat(mixtures) + std::log(static_cast<double>(mean.size(0)));
}

std::int64_t active_units(const torch::Tensor& means) {
  constexpr double kThreshold = 0.01;
  return means.size(0) < 2 ? 0 : (means.var(0) > kThreshold).sum().item<std::int64_t>();
}

void RateDistortion::add(const DiagonalGaussian& q, const torch::Tensor& z,
                         const torch::Tensor& distortion) {
  means_.push_back(q.mean);
  log_variances_.push_back(q.log_variance);
  draws_.push_back(z);
  rates_.push_back(kl_to_standard_normal(q));
  distortions_.push_back(distortion);
}

std::vector<Figure> RateDistortion::figures() const {
  const auto means = torch::cat(means_);
  const auto rates = torch::cat(rates_), distortions = torch::cat(distortions_);
  const auto information =
      information_terms({means, torch::cat(log_variances_)}, torch::cat(draws_));
  Figure active = {.name = "active_units",
                   .value = static_cast<double>(active_units(means)),
                   .unit = "of " + std::to_string(means.size(1)),
                   .estimator = "variance of the posterior mean over 0.01"};
  return {mean_figure("rate", rates, "nats", "KL to the prior, closed form"),
          mean_figure("distortion", distortions, "nats", "-log p(x|z), 1 sample"),
          mean_figure("negative_elbo", rates + distortions, "nats", "rate + distortion"), active,
          mean_figure("information", information, "nats",
                      "I(x;z) against the mixture of these pictures' posteriors")};
}

}  // namespace vqcodec::models
