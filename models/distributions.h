// models/distributions.h: log-probabilities, samples and divergences, each written once.
//
// Events: all dimensions but the first, which counts examples; log_prob() sums over them and
// returns (N) nats. Parameters are unconstrained (logits, log-variances), so that nothing need be
// clamped.
#pragma once

#include <torch/torch.h>

#include "models/model.h"

namespace vqcodec::models {

// Sums over all dimensions but the first.
torch::Tensor sum_events(const torch::Tensor& x);

struct Bernoulli {
  torch::Tensor logits;

  // x in 0..1; between 0 and 1 it is a cross-entropy, and no likelihood.
  torch::Tensor log_prob(const torch::Tensor& x) const;
  torch::Tensor mean() const { return torch::sigmoid(logits); }
  torch::Tensor sample(Rng& rng) const;
};

// Independent variables of K classes each: logits and one-hot events are (N,variables,K).
struct Categorical {
  torch::Tensor logits;

  torch::Tensor log_probabilities() const { return logits.log_softmax(-1); }
  torch::Tensor log_prob(const torch::Tensor& one_hot) const;
  torch::Tensor log_prob_of(const torch::Tensor& classes) const;  // (N,variables) int64
  torch::Tensor entropy() const;                                  // (N) nats
  torch::Tensor sample(Rng& rng) const;
};

struct DiagonalGaussian {
  torch::Tensor mean;
  torch::Tensor log_variance;  // the shape of mean, or one that broadcasts to it

  torch::Tensor log_prob(const torch::Tensor& x) const;
  // mean + deviation * noise, differentiable in both (Kingma and Welling, arXiv:1312.6114, 2.4).
  torch::Tensor sample(Rng& rng) const;
};

// One Gaussian over D values with a covariance of its own.
struct FullGaussian {
  torch::Tensor mean;    // (D)
  torch::Tensor factor;  // (D,D), lower triangular with a positive diagonal; factor factor' = Sigma

  torch::Tensor log_prob(const torch::Tensor& x) const;  // (N,D) to (N)
};

// Levels 0, 1/(levels - 1), ..., 1: a logistic distribution cut into cells of one level, of which
// the first and the last have all beyond (Salimans et al., "PixelCNN++", arXiv:1701.05517, 2.1).
struct DiscretizedLogistic {
  torch::Tensor mean;
  torch::Tensor log_scale;  // the shape of mean, or one that broadcasts to it
  std::int64_t levels = 256;

  torch::Tensor log_cells(const torch::Tensor& x) const;  // of each value, in nats
  torch::Tensor log_prob(const torch::Tensor& x) const { return sum_events(log_cells(x)); }
  torch::Tensor sample(Rng& rng) const;
};

// Each value of (N,...) has a mixture of M of these.
struct LogisticMixture {
  torch::Tensor logits;       // (N,M,...)
  DiscretizedLogistic parts;  // the same shape

  torch::Tensor log_prob(const torch::Tensor& x) const;
  torch::Tensor sample(Rng& rng) const;
};

// The nearest of these levels, 0..1.
torch::Tensor rounded_to_levels(const torch::Tensor& x, std::int64_t levels);

// The same distributions `times` over, example after example: (times N, ...).
DiagonalGaussian repeated(const DiagonalGaussian& q, std::int64_t times);

DiagonalGaussian standard_normal_like(const torch::Tensor& x);

// KL[q || p] in nats, (N).
torch::Tensor kl_divergence(const DiagonalGaussian& q, const DiagonalGaussian& p);

// KL[q || N(0, I)] in nats, (N) (arXiv:1312.6114, appendix B).
torch::Tensor kl_to_standard_normal(const DiagonalGaussian& q);
// The same in each dimension, in the shape of the mean.
torch::Tensor kl_to_standard_normal_by_dimension(const DiagonalGaussian& q);

}  // namespace vqcodec::models
