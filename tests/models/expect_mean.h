// tests/models/expect_mean.h: tests of what is random: a mean is compared with its truth in units
// of its own standard error.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

namespace vqcodec::models {

// Passes where the mean lies within 5 standard errors of the truth, and these are below a stated
// cap: a test must not pass by being noisy.
inline void expect_mean(const torch::Tensor& samples, double truth, double largest_error) {
  const auto flat = samples.detach().flatten().to(torch::kFloat64);
  const double mean = flat.mean().item<double>();
  const double error = flat.std().item<double>() / std::sqrt(static_cast<double>(flat.numel()));
  EXPECT_LE(error, largest_error);
  EXPECT_LE(std::abs(mean - truth), 5 * error) << "mean " << mean << ", truth " << truth;
}

}  // namespace vqcodec::models
