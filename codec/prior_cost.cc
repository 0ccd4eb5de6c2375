#include "codec/prior_cost.h"

namespace vqcodec::codec {
namespace {

double weights_of_networks(const entropy::LevelPrior& level) {
  auto count = level.near.size() + level.above.size() + level.mix.size();
  for (const auto& weights : level.slice) count += weights.size();
  for (const auto& weights : level.inside) count += weights.size();
  return static_cast<double>(count);
}

double weights_of_trees(const entropy::QualityPrior& quality) {
  double count = 0;
  for (const auto& group : quality.groups) count += static_cast<double>(group.node_weights.size());
  return count;
}

}  // namespace

PriorCost prior_cost(const ModelFile& model, int quality) {
  PriorCost cost;
  for (int l = 0; l < model.levels(); ++l) {
    const auto& level = model.prior.levels[static_cast<std::size_t>(l)];
    const double stride = model.coarsest_stride >> l;
    cost.networks += weights_of_networks(level) / (stride * stride);
    cost.trees +=
        weights_of_trees(level.qualities[static_cast<std::size_t>(quality)]) / (stride * stride);
  }
  return cost;
}

}  // namespace vqcodec::codec
