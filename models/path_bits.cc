#include "models/path_bits.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "models/context_model.h"

namespace vqcodec::models {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kLanes = 16;  // partial sums, so that the compiler may use vectors

struct Gradients {
  torch::Tensor features, node_weights, node_bias;  // float32
};

// All arrays are contiguous.
struct Pass {
  const float* t;              // (P,F) activations
  const float* weights;        // (nodes,F)
  const float* bias;           // (nodes)
  const std::int64_t* leaves;  // (P)
  std::int64_t positions, width;
  float *t_gradient, *weight_gradient, *bias_gradient;
};

__attribute__((target_clones("avx512f", "avx2", "default"))) float dot(const float* a,
                                                                       const float* b,
                                                                       std::int64_t n) {
  float sums[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (std::int64_t j = 0; j < kLanes; ++j) sums[j] += a[i + j] * b[i + j];
  float total = 0;
  for (; i < n; ++i) total += a[i] * b[i];
  for (const float sum : sums) total += sum;
  return total;
}

// weight_gradient += g t, t_gradient += g w.
__attribute__((target_clones("avx512f", "avx2", "default"))) void add_gradients(
    float g, const float* t, const float* w, std::int64_t n, float* t_gradient,
    float* weight_gradient) {
  for (std::int64_t i = 0; i < n; ++i) {
    weight_gradient[i] += g * t[i];
    t_gradient[i] += g * w[i];
  }
}

double walk_paths(const Pass& pass, const entropy::CodeTree& tree) {
  std::vector<std::vector<entropy::CodeTree::Step>> paths;
  for (int leaf = 0; leaf < tree.leaves(); ++leaf) paths.push_back(tree.path(leaf));
  double nats = 0;
  for (std::int64_t p = 0; p < pass.positions; ++p) {
    const auto* t = pass.t + p * pass.width;
    for (const auto& step : paths[static_cast<std::size_t>(pass.leaves[p])]) {
      const auto* w = pass.weights + step.node * pass.width;
      const auto logit = dot(t, w, pass.width) + pass.bias[step.node];
      const auto wrong = step.branch ? -logit : logit;  // towards the other branch
      const auto p_wrong = 1 / (1 + std::exp(-wrong));
      nats += std::max(wrong, 0.f) + std::log1p(std::exp(-std::abs(wrong)));
      const auto g = step.branch ? -p_wrong : p_wrong;
      pass.bias_gradient[step.node] += g;
      add_gradients(g, t, w, pass.width, pass.t_gradient + p * pass.width,
                    pass.weight_gradient + step.node * pass.width);
    }
  }
  return nats;
}

torch::Tensor activated(const torch::Tensor& features, bool rounded) {
  const auto t = saturate(features.to(torch::kFloat32));
  return rounded ? torch::floor(t / kActivationUnit + 0.5) * kActivationUnit : t;
}

class PathBits : public torch::autograd::Function<PathBits> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& features,
                               const torch::Tensor& node_weights, const torch::Tensor& node_bias,
                               const torch::Tensor& leaves, const entropy::CodeTree* tree,
                               bool rounded) {
    const auto t = activated(features, rounded).contiguous();
    const auto w = node_weights.to(torch::kFloat32).contiguous();
    const auto b = node_bias.contiguous(), codes = leaves.contiguous();
    const Gradients gradients{torch::zeros_like(t), torch::zeros_like(w), torch::zeros_like(b)};
    const auto nats = walk_paths({.t = t.data_ptr<float>(),
                                  .weights = w.data_ptr<float>(),
                                  .bias = b.data_ptr<float>(),
                                  .leaves = codes.data_ptr<std::int64_t>(),
                                  .positions = t.size(0),
                                  .width = t.size(1),
                                  .t_gradient = gradients.features.data_ptr<float>(),
                                  .weight_gradient = gradients.node_weights.data_ptr<float>(),
                                  .bias_gradient = gradients.node_bias.data_ptr<float>()},
                                 *tree);
    const auto inside = features.ge(0).logical_and_(features.le(127 * kActivationUnit));
    context->save_for_backward({gradients.features.mul_(inside).to(features.scalar_type()),
                                gradients.node_weights, gradients.node_bias});
    return torch::tensor(nats / std::numbers::ln2, torch::kFloat32);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto scale = outer[0] / std::numbers::ln2;
    const auto saved = context->get_saved_variables();
    return {saved[0] * scale.to(saved[0].scalar_type()),
            saved[1] * scale,
            saved[2] * scale,
            {},
            {},
            {}};
  }
};

}  // namespace

torch::Tensor path_bits(const PathBitsInput& input, const entropy::CodeTree& tree, bool rounded) {
  return PathBits::apply(input.features, input.node_weights, input.node_bias, input.leaves, &tree,
                         rounded);
}

}  // namespace vqcodec::models
