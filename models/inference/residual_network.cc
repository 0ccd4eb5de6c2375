#include "models/inference/residual_network.h"

namespace vqcodec::models {

ResidualNetwork::ResidualNetwork(TensorQueue& tensors, const CodecOptions& options) {
  const auto hidden = options.hidden;
  if (hidden > 0) enter_ = tensors.convolution(kChannels, hidden);
  lap_ = tensors.convolution(kChannels, kChannels);
  if (hidden == 0) return;
  leave_ = tensors.convolution(hidden, kChannels);
  for (std::int64_t i = 0; i < options.blocks; ++i) {
    auto& block = blocks_.emplace_back();
    block.scale = tensors.floats({options.qualities(), hidden});
    block.shift = tensors.floats({options.qualities(), hidden});
    block.first = tensors.convolution(hidden, hidden);
    block.second = tensors.convolution(hidden, hidden);
  }
}

Grid ResidualNetwork::run(const Grid& x, int quality, ElementType compute) const {
  Convolver convolver(compute);
  return run_with(convolver, x, quality);
}

void ResidualNetwork::compile(int height, int width, ElementType compute) const {
  Convolver convolver(compute, Convolver::Mode::kCompile);
  run_with(convolver, make_grid(height, width, static_cast<int>(kChannels)), /*quality=*/0);
}

Grid ResidualNetwork::run_with(Convolver& convolver, const Grid& x, int quality) const {
  auto result = make_grid(x.height, x.width, x.channels);
  auto output = convolver.borrowed(result);
  const auto input = convolver.converted(x);
  convolver.put(lap_, input, output);
  if (enter_.outputs == 0) return result;
  auto h = convolver.convolved(enter_, input);
  for (const auto& block : blocks_) {
    const auto inner =
        convolver.convolved_and_activated(modulated(block, quality), convolver.activated(h));
    convolver.add(block.second, inner, h);
  }
  convolver.add(leave_, convolver.activated(h), output);
  return result;
}

ConvolutionWeights ResidualNetwork::modulated(const Block& block, int quality) const {
  auto weights = block.first;
  const auto outputs = static_cast<std::size_t>(weights.outputs);
  const auto row = static_cast<std::size_t>(quality) * outputs;
  const auto each = weights.weight.size() / outputs;
  for (std::size_t o = 0; o < outputs; ++o) {
    const float scale = 1 + block.scale[row + o];
    for (std::size_t i = 0; i < each; ++i) weights.weight[o * each + i] *= scale;
    weights.bias[o] = weights.bias[o] * scale + block.shift[row + o];
  }
  return weights;
}

}  // namespace vqcodec::models
