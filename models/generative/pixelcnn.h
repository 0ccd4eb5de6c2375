// models/generative/pixelcnn.h: gated PixelCNN: pictures pixel by pixel, each given those above and
// to the left. Sources: van den Oord et al., "Conditional Image Generation with PixelCNN Decoders",
// arXiv:1606.05328; van den Oord, Kalchbrenner and Kavukcuoglu, arXiv:1601.06759.
#pragma once

#include "models/generative/attention.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

// tanh(a) * sigmoid(b) (arXiv:1606.05328, eq. 2), a and b the halves of x plus what the label adds.
torch::Tensor gate(const torch::Tensor& x, const torch::Tensor& condition);
// The vertical (0) or horizontal (1) stack's part of what the label adds; undefined where it is.
torch::Tensor half_of(const torch::Tensor& condition, std::size_t half);

// One layer of both stacks. The vertical one sees the rows above (and, but for the first layer, its
// own row of the stack below, which has seen only rows above); the horizontal one sees to the left.
// So no pixel above or to the left is hidden from a pixel, which a single masked stack cannot do.
class GatedLayerImpl : public torch::nn::Module {
 public:
  // first: inputs are the pixels themselves, so a place must not see its own.
  GatedLayerImpl(std::int64_t inputs, std::int64_t channels, std::int64_t kernel, bool first);

  // Rows, and columns to the left, that an output needs of its inputs, its own included.
  std::int64_t reach() const { return reach_; }
  std::int64_t margin() const { return kernel_ / 2; }  // columns on either side, vertical stack
  // Places before the output at which its window ends: 1 for the first layer, else 0.
  std::int64_t shift() const { return first_; }

  // Inputs with what lies around already there: vertical (N,C,rows + reach - 1,W + 2 margin).
  // Returns the values before the gate, (N,2 channels,rows,W).
  torch::Tensor vertical(const torch::Tensor& input) { return vertical_(input); }
  // (N,C,1 or H,columns + reach - 1), and the vertical stack's values before the gate.
  torch::Tensor horizontal(const torch::Tensor& input, const torch::Tensor& vertical) {
    return horizontal_(input) + link_(vertical);
  }
  // The horizontal stack's next input: its own, plus what this layer adds.
  torch::Tensor leave(const torch::Tensor& gated, const torch::Tensor& input) {
    return first_ ? leave_(gated) : leave_(gated) + input;
  }

 private:
  std::int64_t kernel_, reach_;
  bool first_;
  torch::nn::Conv2d vertical_{nullptr}, horizontal_{nullptr}, link_{nullptr}, leave_{nullptr};
};
TORCH_MODULE(GatedLayer);

struct PixelCnnOptions {
  std::int64_t channels = 16, layers = 6;
  std::int64_t kernel = 5, first_kernel = 7;  // odd
  std::int64_t classes = 0;                   // of labels that it is conditioned on; 0: none
  std::int64_t attention_every = 0;           // layers between causal attentions; 0: none
  std::string pixels = "binary";

  OptionList list();
};

// For binary pictures of one channel. With causal attention in the horizontal stack it is what
// PixelSNAIL adds to it (arXiv:1712.09763).
class PixelCnn : public GenerativeModel {
 public:
  PixelCnn(const PixelCnnOptions& options, const PictureShape& shape);

  // Of each pixel given those before it. x: (N,1,H,W); labels: (N) int64 or undefined.
  torch::Tensor logits(const torch::Tensor& x, const torch::Tensor& labels);

  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override {
    return {.reconstructs = false, .conditional = options_.classes > 0};
  }
  // Each pixel is computed once: what earlier ones left in every layer is kept.
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // The same draws by a whole pass for every pixel; the check of the other.
  torch::Tensor sample_slowly(std::int64_t n, const SampleOptions& options, Rng& rng);
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 private:
  class Sampler;  // what earlier pixels left in every layer
  torch::Tensor labels_of(std::int64_t n, const SampleOptions& options, Rng& rng) const;
  // What the label adds to layer l's gates: (N,4 channels,1,1), vertical then horizontal.
  torch::Tensor condition(std::size_t layer, const torch::Tensor& labels);
  bool attends_after(std::size_t layer) const;
  PixelCnnOptions options_;
  PictureShape shape_;
  std::vector<GatedLayer> layers_;
  std::vector<torch::nn::Embedding> conditions_;
  std::vector<CausalAttention> attentions_;  // after each layer; empty holders where there is none
  torch::nn::Sequential head_{nullptr};
};

std::unique_ptr<ModelFactory> make_pixelcnn_factory();
std::unique_ptr<ModelFactory> make_pixel_snail_factory();

}  // namespace vqcodec::models
