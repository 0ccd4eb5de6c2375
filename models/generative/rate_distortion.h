// models/generative/rate_distortion.h: what a latent costs, what it tells, and what is lost.
// Sources: Alemi et al., "Fixing a Broken ELBO", arXiv:1711.00464; Hoffman and Johnson, "ELBO
// Surgery", 2016; active units: Burda, Grosse and Salakhutdinov, arXiv:1509.00519, section 5.2.
#pragma once

#include "models/distributions.h"
#include "models/generative/generative_model.h"

namespace vqcodec::models {

// log q(z_n|x_n) - log 1/N sum_m q(z_n|x_m) of a set of N pictures, (N) float64 nats. The mean is
// an estimate of I(x;z) = E KL[q(z|x) || q(z)], where x is uniform on this set: at most ln N.
// z: (N,Z), one draw for each.
torch::Tensor information_terms(const DiagonalGaussian& q, const torch::Tensor& z);

// Latents whose posterior mean moves with the picture: Var_x E_q[z_i] > 0.01.
std::int64_t active_units(const torch::Tensor& means);  // (N,Z)

// Over a set, some pictures at a time.
class RateDistortion {
 public:
  // z: a draw of q; distortion: (N), -log p(x|z) in nats.
  void add(const DiagonalGaussian& q, const torch::Tensor& z, const torch::Tensor& distortion);
  // "rate", "distortion", "negative_elbo", "active_units", "information".
  std::vector<Figure> figures() const;

 private:
  std::vector<torch::Tensor> means_, log_variances_, draws_, rates_, distortions_;
};

}  // namespace vqcodec::models
