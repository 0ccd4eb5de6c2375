// models/generative/autoregressive_flow.h: each value is shifted and scaled by what those before it
// say; the Jacobian is triangular. Sources: Germain et al., "MADE", arXiv:1502.03509;
// Papamakarios, Pavlakou and Murray, "Masked Autoregressive Flow", arXiv:1705.07057; Kingma et al.,
// "Improving Variational Inference with Inverse Autoregressive Flow", arXiv:1606.04934.
#pragma once

#include "models/generative/flow.h"

namespace vqcodec::models {

struct MadeOptions {
  std::int64_t values = 1;           // D
  std::vector<std::int64_t> hidden;  // units, with ReLUs
  std::int64_t context = 0;          // values that every output sees
};

// Two outputs of each value, which see the values before it alone: units have degrees, and a unit
// sees those below of its own degree or less, an output those of less (arXiv:1502.03509,
// section 4). Both are zero at first.
class MadeImpl : public torch::nn::Module {
 public:
  explicit MadeImpl(const MadeOptions& options);
  struct Outputs {
    torch::Tensor first, second;  // (N,D)
  };
  // x: (N,D); context: (N,context), or undefined where there is none.
  Outputs forward(const torch::Tensor& x, const torch::Tensor& context = {});

 private:
  std::vector<torch::nn::Linear> layers_;
  std::vector<torch::Tensor> masks_;
  torch::nn::Linear context_in_{nullptr}, context_out_{nullptr};
};
TORCH_MODULE(Made);

// z_i = (x_i - mu_i) exp(-alpha_i), mu and alpha of x_1 .. x_{i-1} (arXiv:1705.07057, eq. 4 and 5).
class MaskedAutoregressiveFlow : public Flow {
 public:
  explicit MaskedAutoregressiveFlow(const MadeOptions& options);
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;  // value by value

 private:
  struct Moments {
    torch::Tensor mean, log_scale;  // (N,D)
  };
  Moments moments(const torch::Tensor& x);
  Made made_{nullptr};
};

// z'_i = sigma_i z_i + (1 - sigma_i) m_i, of z_1 .. z_{i-1} and a context (arXiv:1606.04934,
// eq. 14).
class InverseAutoregressiveFlow : public torch::nn::Module {
 public:
  explicit InverseAutoregressiveFlow(const MadeOptions& options);
  Mapped forward(const torch::Tensor& z, const torch::Tensor& context);
  torch::Tensor inverse(const torch::Tensor& moved, const torch::Tensor& context);

 private:
  Made made_{nullptr};
};

}  // namespace vqcodec::models
