// models/spike_and_exponential.h: continuous variables in [0,1] that stand for binary ones, so that
// gradients pass: zeta = 0 where z = 0, and of density beta exp(beta zeta) / (exp(beta) - 1) where
// z = 1. Source: Rolfe, "Discrete Variational Autoencoders", arXiv:1609.02200, section 2.1 and
// appendix D.
#pragma once

#include "models/model.h"

namespace vqcodec::models {

struct SpikeAndExponential {
  torch::Tensor logits;  // of z = 1
  double beta = 3;       // how close to 1 the ones lie

  torch::Tensor cdf(const torch::Tensor& zeta) const;  // F: 1 - q + q R(zeta)
  // F^-1: 0 up to rho = 1 - q, differentiable in q beyond. rho: uniform, in [0,1).
  torch::Tensor inverse_cdf(const torch::Tensor& rho) const;
  // The binary variable that inverse_cdf() passed by: rho > 1 - q.
  torch::Tensor binary(const torch::Tensor& rho) const;
};

// zeta given z alone.
torch::Tensor smoothed(const torch::Tensor& z, double beta, Rng& rng);

}  // namespace vqcodec::models
