// models/annealed_importance.h: log of a partition function by annealed importance sampling.
// Sources: Neal, "Annealed Importance Sampling", 2001; Salakhutdinov and Murray, "On the
// Quantitative Analysis of Deep Belief Networks", ICML 2008.
#pragma once

#include <torch/torch.h>

#include <functional>

#include "models/model.h"

namespace vqcodec::models {

// A path of distributions p_beta(v) = exp(-F(v, beta)) / Z(beta), from a base that can be drawn
// from (beta = 0) to the model (beta = 1).
struct AnnealingPath {
  double log_partition_of_base = 0;
  std::function<torch::Tensor(std::int64_t chains, Rng& rng)> draw_base;     // (M,D)
  std::function<torch::Tensor(const torch::Tensor& v, double beta)> energy;  // F, (M)
  // One sweep that leaves p_beta as it is; to anneal back it must satisfy detailed balance.
  std::function<torch::Tensor(const torch::Tensor& v, double beta, Rng& rng)> sweep;
};

struct AnnealingOptions {
  std::int64_t temperatures = 1000, chains = 100;
};

// log mean_w Z of the chains' weights, float64. E[w] is exact, so the log is low in the mean: a
// likelihood that rests on it is flattered.
struct LogPartition {
  torch::Tensor log_weights;  // (M) float64: log Z of each chain
  double value = 0;
  double standard_error = 0;  // of `value`, by the delta method
};
LogPartition anneal(const AnnealingPath& path, const AnnealingOptions& options, Rng& rng);

// From draws of the model (M,D) back to the base: E[1/Z of a chain] is exact, so the log is high in
// the mean, and the pair brackets log Z as far as the draws are the model's (Burda, Grosse and
// Salakhutdinov, "Accurate and Conservative Estimates of MRF Log-likelihood using Reverse
// Annealing", AISTATS 2015).
LogPartition anneal_back(const AnnealingPath& path, std::int64_t temperatures, torch::Tensor draws,
                         Rng& rng);

}  // namespace vqcodec::models
