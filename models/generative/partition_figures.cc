#include "models/generative/partition_figures.h"

namespace vqcodec::models {

std::vector<Figure> partition_figures(const Partition& partition, const AnnealingPath& path,
                                      std::int64_t temperatures, const torch::Tensor& draws,
                                      Rng& rng) {
  const auto back = anneal_back(path, temperatures, draws, rng);
  return {{.name = "log_partition",
           .value = partition.value,
           .standard_error = partition.standard_error,
           .unit = "nats",
           .estimator = "annealed importance sampling: low in the mean"},
          {.name = "log_partition_reverse",
           .value = back.value,
           .standard_error = back.standard_error,
           .unit = "nats",
           .estimator = "annealed back from the model's chains: high in the mean"}};
}

}  // namespace vqcodec::models
