// models/generative/partition_figures.h: what a table says of an estimated log Z: its value from
// below and from above.
#pragma once

#include "models/boltzmann.h"
#include "models/generative/generative_model.h"

namespace vqcodec::models {

// partition: by annealing; draws (M,D): of the model, from which is annealed back.
std::vector<Figure> partition_figures(const Partition& partition, const AnnealingPath& path,
                                      std::int64_t temperatures, const torch::Tensor& draws,
                                      Rng& rng);

}  // namespace vqcodec::models
