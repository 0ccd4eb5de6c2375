#include "models/integer_export.h"

#include <algorithm>
#include <cmath>

namespace vqcodec::models {

namespace {

// Weights of some outputs as integers with one exponent each. Activations are in units of 2^-4, so
// an output's sum is in units of 2^-(4 + exponent).
struct IntegerWeights {
  torch::Tensor values;     // (outputs, inputs) int64
  torch::Tensor exponents;  // (outputs) float
};

IntegerWeights to_integers(const torch::Tensor& weights) {
  const auto flat = weights.detach().flatten(1);
  const auto exponents = weight_exponents(flat);
  const auto rounded = round_to_exponents(flat, exponents) * torch::exp2(exponents).unsqueeze(1);
  return {.values = rounded.round().to(torch::kInt64), .exponents = exponents};
}

template <typename Integer>
std::vector<Integer> as_vector(const torch::Tensor& values) {
  const auto flat = values.to(torch::kInt64).contiguous().flatten();
  const auto* data = flat.data_ptr<std::int64_t>();
  std::vector<Integer> result;
  result.reserve(static_cast<std::size_t>(flat.numel()));
  std::transform(data, data + flat.numel(), std::back_inserter(result),
                 [](std::int64_t v) { return static_cast<Integer>(v); });
  return result;
}

// Bias in the sum's units, less what the zero point of slots adds. slots: columns that are slots.
std::vector<std::int32_t> integer_bias(const torch::Tensor& bias, const IntegerWeights& weights,
                                       const torch::Tensor& slot_columns) {
  const auto scaled = (bias.detach() * torch::exp2(weights.exponents) / kActivationUnit).round();
  const auto zero = weights.values.index_select(1, slot_columns).sum(1) * entropy::kZeroPoint;
  return as_vector<std::int32_t>(scaled.to(torch::kInt64) - zero);
}

// (outputs, inputs, rows, columns) to (outputs, taps, inputs) of the taps that are not masked.
torch::Tensor taps_first(const torch::Tensor& values, torch::IntArrayRef sizes, std::int64_t taps) {
  return values.view(sizes).permute({0, 2, 3, 1}).flatten(1, 2).slice(1, 0, taps);
}

void export_contexts(PriorNetworkImpl& network, entropy::LevelPrior& level) {
  const auto near_weight = network.near->weight * network.near->mask;
  auto joint = near_weight.flatten(1);
  if (network.above) joint = torch::cat({joint, network.above->weight.flatten(1)}, 1);
  const auto first = to_integers(joint);
  const auto near_count = near_weight[0].numel();
  const auto near_values = first.values.slice(1, 0, near_count);
  level.near = as_vector<std::int8_t>(
      taps_first(near_values.contiguous(), near_weight.sizes(), entropy::kNearTaps));
  if (network.above)
    level.above =
        as_vector<std::int8_t>(taps_first(first.values.slice(1, near_count).contiguous(),
                                          network.above->weight.sizes(), entropy::kAboveTaps));
  level.shift1 = as_vector<std::uint8_t>(first.exponents);
  const auto second = to_integers(network.mix->weight * network.mix->mask);
  level.mix = as_vector<std::int8_t>(
      taps_first(second.values, network.mix->weight.sizes(), entropy::kMixTaps));
  level.shift2 = as_vector<std::uint8_t>(second.exponents);
  const auto every = torch::arange(joint.size(1)), none = torch::arange(0);
  for (std::size_t q = 0; q < level.qualities.size(); ++q) {
    const auto row = static_cast<std::int64_t>(q);
    level.qualities[q].bias1 = integer_bias(network.bias1[row], first, every);
    level.qualities[q].bias2 = integer_bias(network.bias2[row], second, none);
  }
}

void export_slices(PriorNetworkImpl& network, entropy::LevelPrior& level) {
  for (std::size_t s = 0; s < network.slice.size(); ++s) {
    const auto weights = to_integers(torch::cat({network.slice[s], network.inside[s]}, 1));
    const auto before = network.slice[s].size(1);
    level.slice.push_back(as_vector<std::int8_t>(weights.values.slice(1, 0, before)));
    level.inside.push_back(as_vector<std::int8_t>(weights.values.slice(1, before)));
    const auto shifts = as_vector<std::uint8_t>(weights.exponents);
    level.shift3.insert(level.shift3.end(), shifts.begin(), shifts.end());
    const auto slot_columns = torch::arange(network.options().hidden, weights.values.size(1));
    for (std::size_t q = 0; q < level.qualities.size(); ++q) {
      const auto bias =
          integer_bias(network.bias3[static_cast<std::int64_t>(q)][static_cast<std::int64_t>(s)],
                       weights, slot_columns);
      auto& all = level.qualities[q].bias3;
      all.insert(all.end(), bias.begin(), bias.end());
    }
  }
}

entropy::GroupPrior export_group(PriorNetworkImpl& network, std::int64_t quality, std::size_t g) {
  const auto& group = network.quantizer(quality).groups[g];
  const auto q = static_cast<std::size_t>(quality);
  const auto first = network.first_node(quality, g), last = network.first_node(quality, g + 1);
  const auto weights = to_integers(network.node_weights[q].slice(0, first, last));
  const auto bias = network.node_bias[q].slice(0, first, last);
  return {.first_slot = static_cast<int>(group.first_slot),
          .dimension = static_cast<int>(group.dimension),
          .slice = static_cast<int>(group.slice),
          .codewords = static_cast<int>(group.codebook.size()),
          .activations = as_vector<std::uint8_t>(group.activations + entropy::kZeroPoint),
          .tree = network.trees(quality)[g].tree,
          .node_weights = as_vector<std::int8_t>(weights.values),
          .node_bias = integer_bias(bias, weights, torch::arange(0)),
          .node_shift = as_vector<std::uint8_t>(weights.exponents - kNodeShiftToExponent)};
}

}  // namespace

std::vector<std::uint16_t> make_sigmoid_table() {
  std::vector<std::uint16_t> table;
  for (int i = 0; i < entropy::kSigmoidSteps; ++i) {
    const double p = 1 / (1 + std::exp(-(i - entropy::kSigmoidSteps / 2) / 128.0));
    table.push_back(static_cast<std::uint16_t>(std::clamp(std::lround(p * 65536), 1L, 65535L)));
  }
  return table;
}

entropy::IntegerPixelCnn export_prior(std::vector<PriorNetwork>& levels) {
  torch::NoGradGuard no_grad;
  entropy::IntegerPixelCnn prior{.levels = {}, .sigmoid_table = make_sigmoid_table()};
  for (auto& network : levels) {
    const auto& options = network->options();
    entropy::LevelPrior level;
    level.slots = static_cast<int>(options.slots);
    level.coarser = static_cast<int>(options.coarser);
    level.hidden = static_cast<int>(options.hidden);
    level.features = static_cast<int>(options.features);
    level.slice_slots.assign(options.slice_slots.begin(), options.slice_slots.end());
    level.qualities.resize(network->node_weights.size());
    export_contexts(*network, level);
    export_slices(*network, level);
    for (std::size_t q = 0; q < level.qualities.size(); ++q)
      for (std::size_t g = 0; g < network->quantizer(static_cast<std::int64_t>(q)).groups.size();
           ++g)
        level.qualities[q].groups.push_back(
            export_group(*network, static_cast<std::int64_t>(q), g));
    prior.levels.push_back(std::move(level));
  }
  prior.check();
  return prior;
}

}  // namespace vqcodec::models
