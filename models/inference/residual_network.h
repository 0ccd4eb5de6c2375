// models/inference/residual_network.h: LappedNetwork of models/codec_layers.h, by oneDNN.
#pragma once

#include <vector>

#include "models/inference/codec_options.h"
#include "models/inference/convolution.h"
#include "models/inference/grid.h"
#include "models/inference/tensor_queue.h"

namespace vqcodec::models {

class ResidualNetwork {
 public:
  // Takes its tensors in the order of LappedNetworkImpl's parameters.
  ResidualNetwork(TensorQueue& tensors, const CodecOptions& options);
  // x: (h,w,kChannels). Returns as many.
  Grid run(const Grid& x, int quality, ElementType compute) const;
  // The kernels of run() on a grid of this size.
  void compile(int height, int width, ElementType compute) const;

 private:
  Grid run_with(Convolver& convolver, const Grid& x, int quality) const;
  struct Block {
    std::vector<float> scale, shift;  // (qualities, hidden)
    ConvolutionWeights first, second;
  };
  // The block's first convolution with the quality's modulation in its weights.
  ConvolutionWeights modulated(const Block& block, int quality) const;

  ConvolutionWeights enter_, lap_, leave_;
  std::vector<Block> blocks_;
};

}  // namespace vqcodec::models
