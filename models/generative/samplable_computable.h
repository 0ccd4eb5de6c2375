// models/generative/samplable_computable.h: the lecture's two assumptions as a type: a distribution
// that can be drawn from and whose probabilities can be computed, both exactly. Met by mixtures,
// autoregressive models, hidden Markov models and sums over alignments; not by models that know a
// bound only.
#pragma once

#include "models/generative/generative_model.h"

namespace vqcodec::models {

class SamplableComputable : public GenerativeModel {
 public:
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override = 0;
  // Of kind kExact: over all events, probabilities sum (densities integrate) to one.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override = 0;
};

}  // namespace vqcodec::models
