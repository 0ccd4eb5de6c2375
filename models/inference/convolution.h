// models/inference/convolution.h: 3x3 convolutions by oneDNN, on grids of places with channels
// last.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "models/inference/grid.h"

namespace vqcodec::models {

struct ConvolutionWeights {
  int inputs = 0;
  int outputs = 0;
  std::vector<float> weight;  // (outputs, inputs, 3, 3)
  std::vector<float> bias;    // (outputs)
};

// Values of a grid where oneDNN wants them: (1, channels, height, width), channels last.
using Tensor = dnnl::memory;
using ElementType = dnnl::memory::data_type;

// One thread's calls, in order. Compiled kernels are kept by oneDNN for the whole process.
class Convolver {
 public:
  enum class Mode { kRun, kCompile };  // kCompile: results hold nothing
  explicit Convolver(ElementType compute, Mode mode = Mode::kRun);

  Tensor borrowed(Grid& grid) const;   // its values as they are
  Tensor converted(const Grid& grid);  // in the type of the convolutions
  Tensor activated(const Tensor& x);   // leaky ReLU
  // The convolution, zero beyond the edges, bias included, after the activation.
  Tensor convolved(const ConvolutionWeights& weights, const Tensor& x);
  Tensor convolved_and_activated(const ConvolutionWeights& weights, const Tensor& x);
  // The same without activation, put into or added to `sum`, in sum's type.
  void put(const ConvolutionWeights& weights, const Tensor& x, Tensor& sum);
  void add(const ConvolutionWeights& weights, const Tensor& x, Tensor& sum);

 private:
  void run(const ConvolutionWeights& weights, const Tensor& x, Tensor& result,
           const dnnl::post_ops& after);
  void execute(const dnnl::primitive& primitive, const std::unordered_map<int, Tensor>& arguments);
  Tensor result_for(const ConvolutionWeights& weights, const Tensor& x) const;

  dnnl::engine engine_;
  dnnl::stream stream_;
  ElementType compute_;
  Mode mode_;
};

}  // namespace vqcodec::models
