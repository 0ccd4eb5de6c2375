#include "models/generative/dequantization.h"

#include <cmath>

#include "models/distributions.h"

namespace vqcodec::models {

torch::Tensor dequantized(const torch::Tensor& x, Rng& rng) {
  const auto noise = torch::rand(x.sizes(), rng, x.options().requires_grad(false));
  return ((kLevels - 1) * x + noise) / kLevels;
}

torch::Tensor quantized(const torch::Tensor& y) {
  return (kLevels * y).floor().clamp(0, kLevels - 1) / (kLevels - 1);
}

Mapped Logit::forward(const torch::Tensor& y) {
  const double slope = 1 - 2 * alpha_;
  const auto v = alpha_ + slope * y;
  const auto log_v = v.log(), log_rest = (-v).log1p();
  return {.value = log_v - log_rest, .log_volume = sum_events(std::log(slope) - log_v - log_rest)};
}

torch::Tensor Logit::inverse(const torch::Tensor& z) {
  return (z.sigmoid() - alpha_) / (1 - 2 * alpha_);
}

}  // namespace vqcodec::models
