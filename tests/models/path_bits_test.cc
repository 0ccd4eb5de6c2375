#include "models/path_bits.h"

#include <gtest/gtest.h>

#include <numbers>

#include "entropy/tree_builder.h"
#include "models/context_model.h"
#include "models/prior_network.h"

namespace vqcodec::models {
namespace {

struct Case {
  TreeTables tables;
  torch::Tensor features, weights, bias, leaves;
};

Case make_case() {
  torch::manual_seed(31);
  std::vector<std::uint64_t> counts;
  std::vector<std::int32_t> words;
  for (int k = 0; k < 9; ++k) {
    counts.push_back(static_cast<std::uint64_t>(1 + k * k));
    words.push_back(k * 100);
  }
  const auto tree = entropy::build_code_tree(counts, words, 1);
  return {.tables = make_tree_tables(tree),
          .features = (torch::randn({40, 21}) * 6).requires_grad_(),  // some saturate
          .weights = torch::randn({tree.nodes(), 21}).requires_grad_(),
          .bias = torch::randn({tree.nodes()}).requires_grad_(),
          .leaves = torch::randint(tree.leaves(), {40}, torch::kInt64)};
}

// The same through every node of the tree.
torch::Tensor dense_bits(const Case& c, bool rounded) {
  auto t = saturate(c.features);
  if (rounded) t = t + (torch::floor(t / kActivationUnit + 0.5) * kActivationUnit - t).detach();
  const auto logits = torch::matmul(t, c.weights.t()) + c.bias;
  const auto sign = c.tables.sign.index_select(0, c.leaves);
  const auto on_path = logits.gather(1, c.tables.node.index_select(0, c.leaves));
  return (torch::softplus(-sign * on_path) * sign.abs()).sum() / std::numbers::ln2;
}

TEST(PathBits, AgreesWithAllNodesInValueAndGradients) {
  for (const bool rounded : {false, true}) {
    const auto c = make_case();
    const PathBitsInput input{c.features, c.weights, c.bias, c.leaves};
    const auto fast = path_bits(input, c.tables.tree, rounded), plain = dense_bits(c, rounded);
    EXPECT_NEAR(fast.item<double>(), plain.item<double>(), 1e-3 * plain.item<double>());
    const std::vector<torch::Tensor> parameters = {c.features, c.weights, c.bias};
    const auto a = torch::autograd::grad({fast * 3}, parameters);
    const auto b = torch::autograd::grad({plain * 3}, parameters);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_TRUE(torch::allclose(a[i], b[i], 1e-3, 1e-4)) << i;
  }
}

}  // namespace
}  // namespace vqcodec::models
