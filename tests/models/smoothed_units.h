// tests/models/smoothed_units.h: what tests of smoothed binary units integrate over.
#pragma once

#include <torch/torch.h>

#include <cmath>

namespace vqcodec::models {

inline constexpr double kBeta = 3;  // of the smoothing

// Midpoints of (0,1).
inline torch::Tensor midpoints(std::int64_t n) {
  return (torch::arange(n, torch::kFloat64) + 0.5) / static_cast<double>(n);
}

// zeta where z = 1, of uniform variables.
inline torch::Tensor quantile_of_ones(const torch::Tensor& uniform) {
  return (uniform * std::expm1(kBeta)).log1p() / kBeta;
}

}  // namespace vqcodec::models
