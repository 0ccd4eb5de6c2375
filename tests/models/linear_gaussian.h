// tests/models/linear_gaussian.h: a linear autoencoder of Gaussian pixels, whose likelihood and
// posterior are known: x = W z + b + sigma noise, with orthogonal columns of W, so that the
// posterior is diagonal.
#pragma once

#include <cmath>
#include <numbers>

#include "models/generative/vae.h"

namespace vqcodec::models {

struct LinearGaussian {
  torch::Tensor weight;  // (D,Z)
  torch::Tensor bias;    // (D)
  double sigma = 0.7;

  static LinearGaussian make(std::int64_t values, std::int64_t latents) {
    torch::manual_seed(11);
    const auto random = torch::randn({values, latents}, torch::kFloat64);
    const auto orthogonal = std::get<0>(torch::linalg_qr(random));
    const auto lengths = 0.5 + torch::arange(1, latents + 1, torch::kFloat64);
    return {.weight = orthogonal * lengths, .bias = torch::randn({values}, torch::kFloat64)};
  }

  torch::Tensor covariance() const {
    return torch::matmul(weight, weight.t()) +
           sigma * sigma * torch::eye(weight.size(0), torch::kFloat64);
  }
  // (N,D) to (N) nats.
  torch::Tensor log_prob(const torch::Tensor& x) const {
    return FullGaussian{bias, torch::linalg_cholesky(covariance())}.log_prob(x);
  }
  // p(z|x) has the precision I + W'W / sigma^2 and the mean gain (x - b).
  torch::Tensor precision() const {
    return 1 + weight.square().sum(0) / (sigma * sigma);  // (Z)
  }
  torch::Tensor gain() const {
    return weight.t() / (sigma * sigma) / precision().unsqueeze(1);  // (Z,D)
  }
};

// No hidden layers: the decoder is the model, the encoder its posterior, but for what is added to
// the log-variances.
inline void set_parameters(torch::nn::Module& vae, const LinearGaussian& model,
                           double excess_log_variance) {
  torch::NoGradGuard no_grad;
  const auto latents = model.weight.size(1);
  for (auto& item : vae.named_parameters()) {
    const auto& name = item.key();
    auto& value = item.value();
    const bool encoder = name.rfind("encoder", 0) == 0;
    if (name.find("label") != std::string::npos || name.rfind("classifier", 0) == 0) continue;
    if (name.find("weight") != std::string::npos) {
      if (encoder) {
        value.zero_();
        value.slice(0, 0, latents).copy_(model.gain());
      } else {
        value.copy_(model.weight);
      }
    } else if (encoder) {
      value.slice(0, 0, latents).copy_(-torch::matmul(model.gain(), model.bias));
      value.slice(0, latents).copy_(-model.precision().log() + excess_log_variance);
    } else {
      value.copy_(model.bias);
    }
  }
}

inline VaeOptions linear_gaussian_options(const LinearGaussian& model) {
  return {.latents = model.weight.size(1),
          .hidden = {},
          .pixels = "grey",
          .observation = {.likelihood = "gaussian", .deviation = "fixed", .sigma = model.sigma}};
}

}  // namespace vqcodec::models
