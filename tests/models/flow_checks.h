// tests/models/flow_checks.h: what every flow must hold to.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "models/generative/flow.h"

namespace vqcodec::models {

// Every parameter a little away from where it starts, so that no part is the identity.
inline void perturb(torch::nn::Module& module, double size = 0.3) {
  torch::NoGradGuard no_grad;
  for (auto& parameter : module.parameters()) parameter.add_(size * torch::randn_like(parameter));
}

// d f(x) / d x of one example, (outputs,inputs).
inline torch::Tensor jacobian(const std::function<torch::Tensor(const torch::Tensor&)>& f,
                              const torch::Tensor& x) {
  const auto input = x.detach().clone().requires_grad_();
  const auto output = f(input).flatten();
  std::vector<torch::Tensor> rows;
  for (std::int64_t i = 0; i < output.numel(); ++i)
    rows.push_back(torch::autograd::grad({output[i]}, {input}, {}, /*retain_graph=*/true,
                                         /*create_graph=*/false, /*allow_unused=*/true)[0]
                       .flatten());
  return torch::stack(rows);
}

// The inverse is one, and the logarithm is that of the Jacobian's determinant. x: (N,...) float64,
// of few values an example.
inline void expect_flow(Flow& flow, const torch::Tensor& x, const std::string& which) {
  const auto [value, log_volume] = flow.forward(x);
  EXPECT_LE((flow.inverse(value) - x).abs().max().item<double>(), 1e-9) << which;
  ASSERT_EQ(log_volume.sizes(), torch::IntArrayRef({x.size(0)})) << which;
  const auto one = [&](const torch::Tensor& example) { return flow.forward(example).value; };
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const auto exact = std::get<1>(torch::linalg_slogdet(jacobian(one, x.slice(0, i, i + 1))));
    EXPECT_NEAR(log_volume[i].item<double>(), exact.item<double>(), 1e-8) << which;
  }
}

}  // namespace vqcodec::models
