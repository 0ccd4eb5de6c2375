// models/generative/gated_layer.h: a layer of a gated PixelCNN: convolutions that see nothing of a
// pixel's own place or after it. Sources: van den Oord et al., "Conditional Image Generation with
// PixelCNN Decoders", arXiv:1606.05328; van den Oord, Kalchbrenner and Kavukcuoglu,
// arXiv:1601.06759, for the order of a pixel's colours.
#pragma once

#include "models/model.h"

namespace vqcodec::models {

// tanh(a) * sigmoid(b) (arXiv:1606.05328, eq. 2), a and b the halves of x plus what the label adds.
torch::Tensor gate(const torch::Tensor& x, const torch::Tensor& condition);

// A convolution along a row whose last tap is the output's own place. Of pictures of C colours,
// feature i belongs to colour i mod C, and at their own place features see those of earlier colours
// alone, red before green before blue (arXiv:1601.06759, section 3.4, mask A), or, unless strict,
// of their own colour too (mask B).
class OrderedConvolutionImpl : public torch::nn::Conv2dImpl {
 public:
  // blocks: the outputs are so many runs of features, each of which begins at the first colour.
  OrderedConvolutionImpl(std::int64_t inputs, std::int64_t outputs, std::int64_t taps,
                         std::int64_t colours, bool strict = false, std::int64_t blocks = 1);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor mask_;  // (outputs,inputs,1,taps); undefined where nothing is hidden
};
TORCH_MODULE(OrderedConvolution);

// One layer of both stacks. The vertical one sees the rows above (and, but for the first layer, its
// own row of the stack below, which has seen only rows above); the horizontal one sees to the left,
// and of its own place earlier colours. So no pixel above or to the left is hidden from a pixel,
// which a single masked stack cannot do.
class GatedLayerImpl : public torch::nn::Module {
 public:
  // first: inputs are the pixels themselves, so a place must not see its own.
  GatedLayerImpl(std::int64_t inputs, std::int64_t channels, std::int64_t kernel, bool first,
                 std::int64_t colours = 1);

  struct Stacks {
    torch::Tensor vertical, horizontal;  // (N,C,H,W)
  };
  // Both stacks' whole pictures. condition: (N,4 channels,1 or H,1 or W), what is added to the
  // gates of the vertical, then of the horizontal stack; undefined: nothing.
  Stacks forward(const Stacks& inputs, const torch::Tensor& condition);

  // Rows above a place, and columns to its left, that its outputs need.
  std::int64_t before() const { return taps_ - 1 + first_; }
  std::int64_t taps() const { return taps_; }          // rows of the vertical stack's windows
  std::int64_t margin() const { return kernel_ / 2; }  // columns on either side of them

  // Inputs with what lies around already there: vertical (N,C,rows + taps - 1,W + 2 margin).
  // Returns the values before the gate, (N,2 channels,rows,W).
  torch::Tensor vertical(const torch::Tensor& input) { return vertical_(input); }
  // (N,C,1 or H,before + columns), and the vertical stack's values before the gate.
  torch::Tensor horizontal(const torch::Tensor& input, const torch::Tensor& vertical);
  // The horizontal stack's next input: its own at these places, plus what this layer adds.
  torch::Tensor leave(const torch::Tensor& gated, const torch::Tensor& input) {
    return first_ ? leave_(gated) : leave_(gated) + input;
  }

 private:
  std::int64_t kernel_, taps_;
  bool first_;
  torch::nn::Conv2d vertical_{nullptr}, link_{nullptr};
  OrderedConvolution horizontal_{nullptr}, leave_{nullptr};
  OrderedConvolution own_{nullptr};  // the place's earlier colours, where the pixels have several
};
TORCH_MODULE(GatedLayer);

// The vertical (0) or horizontal (1) stack's part of a condition; undefined where it is.
torch::Tensor half_of(const torch::Tensor& condition, std::size_t half);

}  // namespace vqcodec::models
