#include "models/integer_import.h"

#include "entropy/error.h"
#include "models/integer_export.h"

namespace vqcodec::models {

namespace {

template <typename Integer>
torch::Tensor as_tensor(const std::vector<Integer>& values) {
  return torch::tensor(std::vector<float>(values.begin(), values.end()));
}

torch::Tensor scales(const torch::Tensor& shifts) { return torch::exp2(-shifts).unsqueeze(1); }

// (outputs, taps, inputs) to the weights of a convolution, the taps it does not have zero.
torch::Tensor convolution(const torch::Tensor& flat, const torch::Tensor& like) {
  auto taps = torch::zeros({like.size(0), like.size(2) * like.size(3), like.size(1)});
  const auto known = flat.view({like.size(0), -1, like.size(1)});
  taps.slice(1, 0, known.size(1)).copy_(known);
  return taps.view({like.size(0), like.size(2), like.size(3), like.size(1)}).permute({0, 3, 1, 2});
}

// bias: int32 of the integer prior; slots: weights of slot inputs as integers, (outputs, n).
torch::Tensor float_bias(const torch::Tensor& bias, const torch::Tensor& slots,
                         const torch::Tensor& shifts) {
  const auto sum = bias + slots.sum(1) * entropy::kZeroPoint;
  return sum * torch::exp2(-shifts) * kActivationUnit;
}

void import_level(const entropy::LevelPrior& level, PriorNetworkImpl& network) {
  const auto hidden = network.options().hidden, features = network.options().features;
  const auto shift1 = as_tensor(level.shift1), shift2 = as_tensor(level.shift2);
  const auto near = as_tensor(level.near).view({hidden, -1});
  auto first = near;
  network.near->weight.copy_(convolution(near * scales(shift1), network.near->weight));
  if (network.above) {
    const auto above = as_tensor(level.above).view({hidden, -1});
    network.above->weight.copy_(convolution(above * scales(shift1), network.above->weight));
    first = torch::cat({near, above}, 1);
  }
  const auto mix = as_tensor(level.mix).view({hidden, -1}) * scales(shift2);
  network.mix->weight.copy_(convolution(mix, network.mix->weight));
  const auto shift3 = as_tensor(level.shift3).view({-1, features});
  for (std::size_t s = 0; s < network.slice.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    const auto slice = as_tensor(level.slice[s]).view({features, -1});
    const auto inside = as_tensor(level.inside[s]).view({features, -1});
    network.slice[s].copy_(slice * scales(shift3[row]));
    network.inside[s].copy_(inside * scales(shift3[row]));
    const auto slots = torch::cat({slice.slice(1, hidden), inside}, 1);
    for (std::size_t q = 0; q < level.qualities.size(); ++q) {
      const auto bias = as_tensor(level.qualities[q].bias3).view({-1, features})[row];
      network.bias3[static_cast<std::int64_t>(q)][row].copy_(float_bias(bias, slots, shift3[row]));
    }
  }
  const auto none = torch::zeros({hidden, 0});
  for (std::size_t q = 0; q < level.qualities.size(); ++q) {
    const auto row = static_cast<std::int64_t>(q);
    network.bias1[row].copy_(float_bias(as_tensor(level.qualities[q].bias1), first, shift1));
    network.bias2[row].copy_(float_bias(as_tensor(level.qualities[q].bias2), none, shift2));
  }
}

void import_group(const entropy::GroupPrior& group, PriorNetworkImpl& network, std::int64_t quality,
                  std::size_t g) {
  if (!(group.tree == network.trees(quality)[g].tree))
    throw Error(ErrorKind::kUnsupported, "prior of quality ", quality + 1, ", group ", g,
                ": the tree belongs to other codebooks");
  const auto q = static_cast<std::size_t>(quality);
  const auto first = network.first_node(quality, g), last = network.first_node(quality, g + 1);
  const auto exponents = as_tensor(group.node_shift) + kNodeShiftToExponent;
  const auto weights = as_tensor(group.node_weights).view({last - first, -1});
  network.node_weights[q].slice(0, first, last).copy_(weights * scales(exponents));
  network.node_bias[q]
      .slice(0, first, last)
      .copy_(as_tensor(group.node_bias) * torch::exp2(-exponents) * kActivationUnit);
}

}  // namespace

void import_contexts(const entropy::IntegerPixelCnn& prior, std::vector<PriorNetwork>& levels) {
  torch::NoGradGuard no_grad;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    const auto& options = levels[l]->options();
    if (l >= prior.levels.size() || prior.levels[l].slots != options.slots ||
        prior.levels[l].hidden != options.hidden || prior.levels[l].features != options.features ||
        prior.levels[l].slice.size() != options.slice_slots.size())
      throw Error(ErrorKind::kUnsupported, "prior of level ", l, " has another shape");
    import_level(prior.levels[l], *levels[l]);
  }
}

void import_prior(const entropy::IntegerPixelCnn& prior, std::vector<PriorNetwork>& levels) {
  torch::NoGradGuard no_grad;
  import_contexts(prior, levels);
  for (std::size_t l = 0; l < levels.size(); ++l)
    for (std::size_t q = 0; q < prior.levels[l].qualities.size(); ++q) {
      const auto& groups = prior.levels[l].qualities[q].groups;
      if (groups.size() != levels[l]->trees(static_cast<std::int64_t>(q)).size())
        throw Error(ErrorKind::kUnsupported, "prior of level ", l, " has other groups");
      for (std::size_t g = 0; g < groups.size(); ++g)
        import_group(groups[g], *levels[l], static_cast<std::int64_t>(q), g);
    }
}

}  // namespace vqcodec::models
