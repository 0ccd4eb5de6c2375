#include "models/estimators.h"

#include <cmath>

namespace vqcodec::models {

const char* name_of(EstimateKind kind) {
  switch (kind) {
    case EstimateKind::kExact:
      return "exact";
    case EstimateKind::kLowerBound:
      return "lower bound";
    case EstimateKind::kStochasticLowerBound:
      return "stochastic lower bound";
    case EstimateKind::kUnbounded:
      return "estimate, no bound";
    case EstimateKind::kNotALikelihood:
      return "not a likelihood";
  }
  return "";
}

double Estimate::mean() const { return per_example.mean().item<double>(); }

double Estimate::standard_error() const {
  return per_example.std().item<double>() / std::sqrt(static_cast<double>(per_example.numel()));
}

torch::Tensor importance_bound(const torch::Tensor& log_weights) {
  return log_weights.logsumexp(0) - std::log(static_cast<double>(log_weights.size(0)));
}

}  // namespace vqcodec::models
