// tests/models/gradient_check.h: gradients against central differences.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>

namespace vqcodec::models {

// Some elements of each tensor; step 1e-5 in float64, to 1e-6 of the gradient's size.
inline void expect_gradients(const std::vector<torch::Tensor>& tensors,
                             const std::function<torch::Tensor()>& loss) {
  for (const auto& tensor : tensors) tensor.mutable_grad().reset();
  loss().backward();
  torch::NoGradGuard no_grad;
  for (const auto& tensor : tensors) {
    if (!tensor.grad().defined()) continue;
    const auto flat = tensor.view(-1);
    for (const auto i : {std::int64_t{0}, flat.numel() / 2, flat.numel() - 1}) {
      const double h = 1e-5, value = flat[i].item<double>();
      flat[i] = value + h;
      const double above = loss().item<double>();
      flat[i] = value - h;
      const double below = loss().item<double>();
      flat[i] = value;
      const double expected = (above - below) / (2 * h);
      EXPECT_NEAR(tensor.grad().view(-1)[i].item<double>(), expected,
                  1e-6 * std::max(1.0, std::abs(expected)));
    }
  }
}

}  // namespace vqcodec::models
