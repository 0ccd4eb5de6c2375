#include "models/prior_network.h"

#include <cmath>
#include <numbers>

#include "entropy/tree_builder.h"
#include "models/path_bits.h"

namespace vqcodec::models {

namespace {

constexpr double kTrainingCount = 1 << 24;  // counts of codewords, from their lengths
constexpr double kTreeScale = 1024;         // fixed point of the tree builder

torch::Tensor straight_through(const torch::Tensor& x, const torch::Tensor& rounded) {
  return x + (rounded - x).detach();
}

std::vector<std::uint64_t> counts_of(const Codebook& book) {
  std::vector<std::uint64_t> counts;
  for (std::int64_t k = 0; k < book.size(); ++k)
    counts.push_back(static_cast<std::uint64_t>(
        1 + kTrainingCount * std::exp2(-book.length_bits[k].item<double>())));
  return counts;
}

}  // namespace

TreeTables make_tree_tables(const entropy::CodeTree& tree) {
  std::size_t depth = 0;
  for (int leaf = 0; leaf < tree.leaves(); ++leaf) depth = std::max(depth, tree.path(leaf).size());
  const auto rows = static_cast<std::int64_t>(tree.leaves());
  const auto columns = static_cast<std::int64_t>(depth);
  TreeTables tables{.tree = tree,
                    .node = torch::zeros({rows, columns}, torch::kInt64),
                    .sign = torch::zeros({rows, columns}),
                    .ones = torch::zeros({tree.nodes(), rows}),
                    .zeros = torch::zeros({tree.nodes(), rows})};
  for (int leaf = 0; leaf < tree.leaves(); ++leaf) {
    const auto path = tree.path(leaf);
    for (std::size_t i = 0; i < path.size(); ++i) {
      tables.node.accessor<std::int64_t, 2>()[leaf][static_cast<std::int64_t>(i)] = path[i].node;
      tables.sign.accessor<float, 2>()[leaf][static_cast<std::int64_t>(i)] =
          path[i].branch ? 1 : -1;
      (path[i].branch ? tables.ones : tables.zeros).accessor<float, 2>()[path[i].node][leaf] = 1;
    }
  }
  return tables;
}

entropy::CodeTree make_tree(const Group& group) {
  const auto fixed = (group.codebook.codewords * kTreeScale).round().to(torch::kInt32).contiguous();
  const std::vector<std::int32_t> words(fixed.data_ptr<std::int32_t>(),
                                        fixed.data_ptr<std::int32_t>() + fixed.numel());
  return entropy::build_code_tree(counts_of(group.codebook), words,
                                  static_cast<int>(group.dimension));
}

torch::Tensor weight_exponents(const torch::Tensor& weights) {
  const auto largest = weights.detach().flatten(1).abs().amax(1).to(torch::kFloat32);
  return torch::floor(torch::log2(127.4 / largest.clamp_min(1e-6))).clamp(3, 16);
}

torch::Tensor round_to_exponents(const torch::Tensor& weights, const torch::Tensor& exponents) {
  auto shape = std::vector<std::int64_t>(static_cast<std::size_t>(weights.dim()), 1);
  shape[0] = -1;
  const auto scale = torch::exp2(exponents).view(shape);
  return (weights * scale).round().clamp(-127, 127) / scale;
}

PriorNetworkImpl::PriorNetworkImpl(const PriorOptions& options,
                                   const std::vector<LevelQuantizer>& quantizers)
    : options_(options), quantizers_(quantizers) {
  const auto qualities = static_cast<std::int64_t>(quantizers.size());
  const auto slices = static_cast<std::int64_t>(options.slice_slots.size());
  near = register_module("near", CausalConvolution(options.slots, options.hidden, 3, 5, false));
  mix = register_module("mix", CausalConvolution(options.hidden, options.hidden, 2, 3, true));
  if (options.coarser > 0)
    above = register_module("above", Convolution(options.coarser, options.hidden, 3));
  bias1 = register_parameter("bias1", torch::full({qualities, options.hidden}, 0.5));
  bias2 = register_parameter("bias2", torch::zeros({qualities, options.hidden}));
  bias3 = register_parameter("bias3", torch::zeros({qualities, slices, options.features}));
  std::int64_t done = 0;
  for (std::int64_t s = 0; s < slices; ++s) {
    const auto inputs = options.hidden + done;
    const auto own = options.slice_slots[static_cast<std::size_t>(s)];
    slice.push_back(register_parameter(
        "slice" + std::to_string(s), torch::randn({options.features, inputs}) / std::sqrt(inputs)));
    inside.push_back(register_parameter("inside" + std::to_string(s),
                                        torch::randn({options.features, own}) * 0.05));
    done += own;
  }
  for (std::int64_t q = 0; q < qualities; ++q) {
    trees_.emplace_back();
    first_node_.emplace_back();
    std::vector<float> biases;
    for (const auto& group : quantizers[static_cast<std::size_t>(q)].groups) {
      const auto tree = make_tree(group);
      first_node_.back().push_back(static_cast<std::int64_t>(biases.size()));
      auto counts = counts_of(group.codebook);
      counts.push_back(1);  // the escape
      for (const auto one : entropy::order0_probabilities(tree, counts)) {
        const double p = static_cast<double>(one) / 65536;
        biases.push_back(static_cast<float>(std::log(p / (1 - p))));
      }
      trees_.back().push_back(make_tree_tables(tree));
    }
    const auto nodes = static_cast<std::int64_t>(biases.size());
    first_node_.back().push_back(nodes);
    node_weights.push_back(register_parameter("node_weights" + std::to_string(q),
                                              torch::randn({nodes, options.features}) * 0.02));
    node_bias.push_back(register_parameter("node_bias" + std::to_string(q), torch::tensor(biases)));
  }
}

void PriorNetworkImpl::to(torch::Device device, bool non_blocking) {
  Module::to(device, non_blocking);
  for (auto& of_quality : trees_)
    for (auto& tables : of_quality)
      for (auto* table : {&tables.node, &tables.sign, &tables.ones, &tables.zeros})
        *table = table->to(device);
}

std::int64_t PriorNetworkImpl::first_node(std::int64_t quality, std::size_t group) const {
  return first_node_[static_cast<std::size_t>(quality)][group];
}

torch::Tensor PriorNetworkImpl::activation(const torch::Tensor& x) const {
  const auto y = saturate(x);
  if (!integers_) return y;
  // Halves go up, as in round_shift of the integer prior.
  return straight_through(y, torch::floor(y / kActivationUnit + 0.5) * kActivationUnit);
}

torch::Tensor PriorNetworkImpl::weights(const torch::Tensor& w) const {
  return integers_ ? straight_through(w, round_to_exponents(w, weight_exponents(w))) : w;
}

torch::Tensor PriorNetworkImpl::hidden_states(const torch::Tensor& slots,
                                              const torch::Tensor& coarser, std::int64_t quality,
                                              torch::ScalarType compute) {
  const auto bias = [&](const torch::Tensor& table) {
    return table[quality].to(compute).view({1, -1, 1, 1});
  };
  const auto convolved = [&](const torch::Tensor& x, const torch::Tensor& kernel) {
    const auto rows = kernel.size(2), columns = kernel.size(3);
    const auto padded =
        torch::constant_pad_nd(x.to(compute), {columns / 2, columns / 2, rows - 1, 0});
    return torch::conv2d(padded, kernel.to(compute));
  };
  // near and above share an output's exponent, so they are rounded together.
  const auto near_weight = near->weight * near->mask;
  const auto joint =
      weights(above ? torch::cat({near_weight.flatten(1), above->weight.flatten(1)}, 1)
                    : near_weight.flatten(1));
  const auto near_count = near_weight[0].numel();
  auto h =
      convolved(slots, joint.slice(1, 0, near_count).reshape(near_weight.sizes())) + bias(bias1);
  if (above)
    h = h + torch::conv2d(coarser.to(compute),
                          joint.slice(1, near_count).reshape(above->weight.sizes()).to(compute), {},
                          /*stride=*/1, /*padding=*/1);
  return activation(convolved(activation(h), weights(mix->weight * mix->mask)) + bias(bias2));
}

// Split at once: a slice's gradient would be as large as the whole.
std::vector<PriorNetworkImpl::Nodes> PriorNetworkImpl::nodes_by_group(std::int64_t quality) const {
  const auto q = static_cast<std::size_t>(quality);
  std::vector<std::int64_t> counts;
  for (const auto& tables : trees(quality)) counts.push_back(tables.tree.nodes());
  const auto w = weights(node_weights[q]).split_with_sizes(counts);
  const auto b = node_bias[q].split_with_sizes(counts);
  std::vector<Nodes> nodes;
  for (std::size_t g = 0; g < counts.size(); ++g) nodes.push_back({w[g], b[g]});
  return nodes;
}

torch::Tensor PriorNetworkImpl::node_logits(const torch::Tensor& features, const Nodes& nodes) {
  const auto t = activation(features);
  return torch::matmul(t, nodes.weights.t().to(t.scalar_type())).to(torch::kFloat32) + nodes.bias;
}

void PriorNetworkImpl::for_each_group(
    const torch::Tensor& slots, const torch::Tensor& coarser, std::int64_t quality,
    torch::ScalarType compute, const std::function<void(std::size_t, const torch::Tensor&)>& use) {
  const auto rows = [&](const torch::Tensor& x) {  // (N,C,H,W) to (P,C)
    return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
  };
  const auto h = rows(hidden_states(slots, coarser, quality, compute));
  const auto z = rows(slots).to(compute);
  const auto& groups = quantizer(quality).groups;
  std::int64_t first_slot = 0;
  std::size_t g = 0;
  for (std::size_t s = 0; s < slice.size(); ++s) {
    const auto own = options_.slice_slots[s];
    // slice and inside share an output's exponent.
    const auto joint = weights(torch::cat({slice[s], inside[s]}, 1)).to(compute);
    const auto before = slice[s].size(1);
    const auto seen = torch::cat({h, z.slice(1, 0, first_slot)}, 1);
    const auto features = torch::matmul(seen, joint.slice(1, 0, before).t()) +
                          bias3[quality][static_cast<std::int64_t>(s)].to(compute);
    for (; g < groups.size() && groups[g].slice == static_cast<std::int64_t>(s); ++g) {
      const auto done = groups[g].first_slot - first_slot;
      auto t = features;
      if (done > 0)
        t = t + torch::matmul(z.slice(1, first_slot, first_slot + done),
                              joint.slice(1, before, before + done).t());
      use(g, t);
    }
    first_slot += own;
  }
}

torch::Tensor PriorNetworkImpl::bits(const torch::Tensor& slots, const torch::Tensor& coarser,
                                     const torch::Tensor& leaves, std::int64_t quality,
                                     torch::ScalarType compute) {
  const auto codes = leaves.permute({1, 0, 2, 3}).flatten(1);  // (G,P)
  const auto nodes = nodes_by_group(quality);
  std::vector<torch::Tensor> totals;
  for_each_group(slots, coarser, quality, compute, [&](std::size_t g, const torch::Tensor& t) {
    const auto& tables = trees(quality)[g];
    const auto leaf = codes[static_cast<std::int64_t>(g)];
    if (t.is_cpu()) {
      totals.push_back(path_bits({.features = t,
                                  .node_weights = nodes[g].weights,
                                  .node_bias = nodes[g].bias,
                                  .leaves = leaf},
                                 tables.tree, integers_));
      return;
    }
    const auto sign = tables.sign.index_select(0, leaf);
    const auto on_path = node_logits(t, nodes[g]).gather(1, tables.node.index_select(0, leaf));
    totals.push_back((torch::softplus(-sign * on_path) * sign.abs()).sum() / std::numbers::ln2);
  });
  return torch::stack(totals);
}

std::vector<torch::Tensor> PriorNetworkImpl::lengths(const torch::Tensor& slots,
                                                     const torch::Tensor& coarser,
                                                     std::int64_t quality,
                                                     torch::ScalarType compute) {
  const auto nodes = nodes_by_group(quality);
  std::vector<torch::Tensor> all;
  for_each_group(slots, coarser, quality, compute, [&](std::size_t g, const torch::Tensor& t) {
    const auto& tables = trees(quality)[g];
    const auto logits = node_logits(t, nodes[g]);
    all.push_back((torch::matmul(torch::softplus(-logits), tables.ones) +
                   torch::matmul(torch::softplus(logits), tables.zeros)) /
                  std::numbers::ln2);
  });
  return all;
}

void PriorNetworkImpl::remove(PriorContext context) {
  torch::NoGradGuard no_grad;
  const auto clear = [](torch::Tensor weights, std::int64_t first_column) {
    weights.slice(1, first_column).zero_();
    weights.register_hook([first_column](const torch::Tensor& gradient) {
      auto kept = gradient.clone();
      kept.slice(1, first_column).zero_();
      return kept;
    });
  };
  if (context == PriorContext::kCoarser && above) clear(above->weight, 0);
  if (context == PriorContext::kNeighbours) clear(near->weight, 0);
  if (context == PriorContext::kGroups)
    for (std::size_t s = 0; s < slice.size(); ++s) {
      clear(slice[s], options_.hidden);
      clear(inside[s], 0);
    }
}

void PriorNetworkImpl::start_from(ContextModelImpl& context, const LevelLayout& layout,
                                  const torch::Tensor& coarser_slot) {
  torch::NoGradGuard no_grad;
  const auto slot = torch::tensor(layout.slot_of);
  near->weight.zero_().index_copy_(1, slot, context.near->weight);
  mix->weight.copy_(context.mix->weight);
  bias1.copy_(context.bias);
  if (above) above->weight.zero_().index_copy_(1, coarser_slot, context.above->weight);
  std::int64_t channels = 0;
  for (std::size_t s = 0; s < slice.size(); ++s) {
    auto& source = *context.slices[s]->as<ConvolutionImpl>();
    const auto from = source.weight.flatten(1);
    slice[s].zero_();
    slice[s].slice(1, 0, options_.hidden).copy_(from.slice(1, 0, options_.hidden));
    for (std::int64_t c = 0; c < channels; ++c)
      slice[s]
          .select(1, options_.hidden + slot[c].item<std::int64_t>())
          .copy_(from.select(1, options_.hidden + c));
    bias3.select(1, static_cast<std::int64_t>(s)).copy_(source.bias.expand({bias3.size(0), -1}));
    channels += layout.slice_channels[s];
  }
}

}  // namespace vqcodec::models
