#include "models/spike_and_exponential.h"

#include <cmath>

namespace vqcodec::models {

torch::Tensor SpikeAndExponential::cdf(const torch::Tensor& zeta) const {
  const auto q = torch::sigmoid(logits);
  return 1 - q + q * (beta * zeta).expm1() / std::expm1(beta);
}

torch::Tensor SpikeAndExponential::inverse_cdf(const torch::Tensor& rho) const {
  const auto q = torch::sigmoid(logits);
  const auto within = ((rho + q - 1) / q).clamp_min(0);  // uniform in [0,1) where z = 1
  return (within * std::expm1(beta)).log1p() / beta;
}

torch::Tensor SpikeAndExponential::binary(const torch::Tensor& rho) const {
  return (rho > 1 - torch::sigmoid(logits)).to(logits.scalar_type());
}

torch::Tensor smoothed(const torch::Tensor& z, double beta, Rng& rng) {
  const auto uniform = torch::rand(z.sizes(), rng, z.options());
  return z * (uniform * std::expm1(beta)).log1p() / beta;
}

}  // namespace vqcodec::models
