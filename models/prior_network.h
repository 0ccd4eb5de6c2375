// models/prior_network.h: the float twin of entropy/integer_pixelcnn.h, for one level: trained
// here, exported by integer_export.h, run there.
//
// Activations are in units of kActivationUnit, and with quantization simulated every weight and
// activation takes only the values that the integer prior has.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <vector>

#include "entropy/code_tree.h"
#include "models/context_model.h"
#include "models/group_quantizer.h"

namespace vqcodec::models {

// A group's tree as look-up tables.
struct TreeTables {
  entropy::CodeTree tree;
  torch::Tensor node;  // (K+1,depth) int64: nodes on the path to a leaf
  torch::Tensor sign;  // (K+1,depth) float: +1 branch 1, -1 branch 0, 0 past the path's end
  torch::Tensor ones,
      zeros;  // (nodes,K+1) float: 1 where a leaf's path takes that branch of the node
};
TreeTables make_tree_tables(const entropy::CodeTree& tree);
// The tree of a group, from its codewords and lengths.
entropy::CodeTree make_tree(const Group& group);

// What the prior knows of a code beside the quality.
enum class PriorContext { kCoarser, kNeighbours, kGroups };

struct PriorOptions {
  std::int64_t slots = 0, coarser = 0, hidden = 192, features = 128;
  std::vector<std::int64_t> slice_slots;
};

class PriorNetworkImpl : public torch::nn::Module {
 public:
  // quantizers: [quality]. They must outlive it.
  PriorNetworkImpl(const PriorOptions& options, const std::vector<LevelQuantizer>& quantizers);

  // Contexts and slices from the rate model of phase 1. coarser_slot: of each of its coarser
  // channels, the slot among all coarser levels' slots.
  void start_from(ContextModelImpl& context, const LevelLayout& layout,
                  const torch::Tensor& coarser_slot);

  // Bits of each group's decisions, summed over positions: (G). slots: (N,S,H,W) activations;
  // coarser: (N,c,H,W) or undefined; leaves: (N,G,H,W).
  torch::Tensor bits(const torch::Tensor& slots, const torch::Tensor& coarser,
                     const torch::Tensor& leaves, std::int64_t quality, torch::ScalarType compute);
  // Lengths in bits of each group's K + 1 leaves at every position: [group] (P,K+1).
  std::vector<torch::Tensor> lengths(const torch::Tensor& slots, const torch::Tensor& coarser,
                                     std::int64_t quality, torch::ScalarType compute);

  using torch::nn::Module::to;
  void to(torch::Device device, bool non_blocking = false) override;  // with the trees' tables

  void simulate_integers(bool on) { integers_ = on; }
  // Sets the weights that see a context to zero, where training leaves them.
  void remove(PriorContext context);

  const PriorOptions& options() const { return options_; }
  const std::vector<TreeTables>& trees(std::int64_t quality) const {
    return trees_[static_cast<std::size_t>(quality)];
  }
  const LevelQuantizer& quantizer(std::int64_t quality) const {
    return quantizers_[static_cast<std::size_t>(quality)];
  }

  CausalConvolution near{nullptr}, mix{nullptr};
  Convolution above{nullptr};  // its bias stays unused
  std::vector<torch::Tensor> slice,
      inside;  // [s]: (features, hidden + slots before), (features, slots of s)
  torch::Tensor bias1, bias2, bias3;        // (Q,hidden), (Q,hidden), (Q,slices,features)
  std::vector<torch::Tensor> node_weights;  // [quality]: (nodes of all groups, features)
  std::vector<torch::Tensor> node_bias;     // [quality]: (nodes of all groups)

  // First node of each group among its quality's nodes.
  std::int64_t first_node(std::int64_t quality, std::size_t group) const;

 private:
  torch::Tensor hidden_states(const torch::Tensor& slots, const torch::Tensor& coarser,
                              std::int64_t quality, torch::ScalarType compute);
  // Calls use(group, (P,features) before the activation) for each group in coding order.
  void for_each_group(const torch::Tensor& slots, const torch::Tensor& coarser,
                      std::int64_t quality, torch::ScalarType compute,
                      const std::function<void(std::size_t, const torch::Tensor&)>& use);
  struct Nodes {
    torch::Tensor weights, bias;  // (nodes,features), (nodes)
  };
  std::vector<Nodes> nodes_by_group(std::int64_t quality) const;
  torch::Tensor node_logits(const torch::Tensor& features, const Nodes& nodes);  // (P,nodes)
  torch::Tensor activation(const torch::Tensor& x) const;
  torch::Tensor weights(const torch::Tensor& w) const;
  PriorOptions options_;
  const std::vector<LevelQuantizer>& quantizers_;
  std::vector<std::vector<TreeTables>> trees_;         // [quality][group]
  std::vector<std::vector<std::int64_t>> first_node_;  // [quality][group]
  bool integers_ = false;
};
TORCH_MODULE(PriorNetwork);

// Binary exponent e of each output's weights, the largest for which they round to -127..127:
// w is round(w 2^e) 2^-e. weights: (outputs, ...). Returns (outputs) float32.
torch::Tensor weight_exponents(const torch::Tensor& weights);
torch::Tensor round_to_exponents(const torch::Tensor& weights, const torch::Tensor& exponents);

}  // namespace vqcodec::models
