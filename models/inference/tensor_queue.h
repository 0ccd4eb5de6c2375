// models/inference/tensor_queue.h: the tensors of a network file, taken in their order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/inference/convolution.h"
#include "models/inference/plain_tensor.h"

namespace vqcodec::models {

// Each call takes the next tensor; throws Error(kCorrupt) where its sizes are others.
class TensorQueue {
 public:
  explicit TensorQueue(std::span<const PlainTensor> tensors) : rest_(tensors) {}

  std::vector<float> floats(const std::vector<std::int64_t>& sizes) { return next().floats(sizes); }
  std::vector<std::int64_t> integers(const std::vector<std::int64_t>& sizes) {
    return next().integers(sizes);
  }
  ConvolutionWeights convolution(std::int64_t inputs, std::int64_t outputs) {
    ConvolutionWeights weights{.inputs = static_cast<int>(inputs),
                               .outputs = static_cast<int>(outputs),
                               .weight = floats({outputs, inputs, 3, 3}),
                               .bias = {}};
    weights.bias = floats({outputs});
    return weights;
  }

 private:
  const PlainTensor& next() {
    const auto& tensor = rest_.front();
    rest_ = rest_.subspan(1);
    return tensor;
  }
  std::span<const PlainTensor> rest_;
};

}  // namespace vqcodec::models
