// models/estimators.h: likelihoods and their bounds, each with what kind of figure it is.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <string>

#include "models/model.h"

namespace vqcodec::models {

// Figures of different kinds do not stand in one column.
enum class EstimateKind {
  kExact,
  kLowerBound,            // of each example, in closed form or with one sample
  kStochasticLowerBound,  // in the mean over the samples drawn (importance weighted)
  kUnbounded,             // rests on an estimate of a partition function
  kNotALikelihood,        // a cross-entropy of grey levels, a squared error
};
const char* name_of(EstimateKind kind);

// Log-likelihoods of a set, or what stands for them.
struct Estimate {
  torch::Tensor per_example;  // (N) float64, nats
  EstimateKind kind = EstimateKind::kLowerBound;
  std::int64_t samples = 1;  // drawn for each example
  std::string estimator;     // "ELBO, 1 sample"; for tables

  double mean() const;
  double standard_error() const;  // of the mean, over the examples
};

// (S,N) log-weights in nats to the (N) bounds log 1/S sum_s w_s, of which one sample gives the ELBO
// (Burda, Grosse and Salakhutdinov, arXiv:1509.00519, eq. 8).
torch::Tensor importance_bound(const torch::Tensor& log_weights);

// The bound of each picture of a set, some at a time so that memory stays small. log_weights(x): x
// (n,C,H,W) to (samples,n) nats.
Estimate importance_estimate(const torch::Tensor& images, std::int64_t samples,
                             const std::function<torch::Tensor(const torch::Tensor&)>& log_weights);
// The same of pictures with labels.
Estimate importance_estimate(const Batch& batch, std::int64_t samples,
                             const std::function<torch::Tensor(const Batch&)>& log_weights);

}  // namespace vqcodec::models
