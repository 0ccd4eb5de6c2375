// models/generative/partition_figures.h: likelihoods under a prior whose log Z is estimated, and
// what a table says of that estimate: its value from below and from above.
#pragma once

#include <functional>

#include "models/boltzmann.h"
#include "models/generative/generative_model.h"

namespace vqcodec::models {

// Importance weighted. log_weights(x): (samples,n) nats, of the prior before normalization.
Estimate estimate_under(const Partition& partition, const torch::Tensor& images,
                        std::int64_t samples,
                        const std::function<torch::Tensor(const torch::Tensor&)>& log_weights);

// "nll" of many samples, and "negative_elbo": of one. estimate(samples); values: of a picture.
std::vector<Figure> figures_with_bound(const std::function<Estimate(std::int64_t)>& estimate,
                                       std::int64_t samples, std::int64_t values);

// partition: by annealing; draws (M,D): of the model, from which is annealed back.
std::vector<Figure> partition_figures(const Partition& partition, const AnnealingPath& path,
                                      std::int64_t temperatures, const torch::Tensor& draws,
                                      Rng& rng);

}  // namespace vqcodec::models
