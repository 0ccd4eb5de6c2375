// models/generative/pixelcnn.h: gated PixelCNN: pictures pixel by pixel, each given those above and
// to the left, and colour by colour. Sources: van den Oord et al., "Conditional Image Generation
// with PixelCNN Decoders", arXiv:1606.05328; van den Oord, Kalchbrenner and Kavukcuoglu,
// arXiv:1601.06759; Salimans et al., "PixelCNN++", arXiv:1701.05517.
#pragma once

#include <functional>

#include "models/generative/attention.h"
#include "models/generative/gated_layer.h"
#include "models/generative/pixel_output.h"
#include "models/generative/registry.h"
#include "models/generative/samplable_computable.h"

namespace vqcodec::models {

struct PixelCnnOptions {
  std::int64_t channels = 16, layers = 6;
  std::int64_t kernel = 5, first_kernel = 7;  // odd
  std::int64_t classes = 0;                   // of labels that it is conditioned on; 0: none
  std::int64_t attention_every = 0;           // layers between causal attentions; 0: none
  std::string pixels = "binary";              // or "softmax", "logistic" (pixel_output.h)
  std::int64_t levels = 256;                  // of the latter two
  std::int64_t components = 10;               // of the logistic mixture
  // Of priors over code maps, whose values are names and no numbers:
  std::int64_t embedding = 0;     // what a level is to the first layer; 0: its value
  std::int64_t map_channels = 0;  // of maps that it is conditioned on; 0: none

  OptionList list();
};

// A pixel's colours are drawn one after the other, each given those before it. With causal
// attention in the horizontal stack, for pictures of one channel, it is what PixelSNAIL adds to it
// (arXiv:1712.09763).
class PixelCnn : public SamplableComputable {
 public:
  PixelCnn(const PixelCnnOptions& options, const PictureShape& shape);

  // Of each value given those before it, (N,P,C,H,W), as PixelOutput reads them. x: (N,C,H,W), of
  // these levels; labels: (N) int64 or undefined; map: (N,map_channels,H,W) or undefined.
  torch::Tensor outputs(const torch::Tensor& x, const torch::Tensor& labels,
                        const torch::Tensor& map = {});
  // (N) nats. x: 0..1.
  torch::Tensor log_prob_given(const torch::Tensor& x, const torch::Tensor& labels,
                               const torch::Tensor& map);

  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override {
    return {.reconstructs = false, .conditional = options_.classes > 0};
  }
  // Each pixel is computed once: what earlier ones left in every layer is kept.
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // The same draws by a whole pass for every pixel; the check of the other.
  torch::Tensor sample_slowly(std::int64_t n, const SampleOptions& options, Rng& rng);
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // (N) nats: the same value by value, as they are drawn.
  torch::Tensor log_prob_by_steps(const Batch& batch);

  // Gives value c of the place (y, x), (N,1,1,1), what the model says of it: (N,P,1,1,1).
  using Choice = std::function<torch::Tensor(const torch::Tensor& outputs, std::int64_t y,
                                             std::int64_t x, std::int64_t c)>;
  // n pictures value by value, as they are chosen: by drawing, or by decoding.
  torch::Tensor chosen(std::int64_t n, const torch::Tensor& labels, const torch::Tensor& map,
                       const Choice& choice);
  torch::Tensor sample_given(std::int64_t n, const torch::Tensor& labels, const torch::Tensor& map,
                             Rng& rng);
  // Those asked for, else any; undefined where there are no classes.
  torch::Tensor labels_of(std::int64_t n, const SampleOptions& options, Rng& rng) const;
  const PictureShape& shape() const { return shape_; }
  const PixelOutput& output() const { return output_; }

 private:
  class Sampler;  // what earlier pixels left in every layer
  // What label and map add to layer l's gates: (N,4 channels,1 or H,1 or W), vertical then
  // horizontal.
  torch::Tensor condition(std::size_t layer, const torch::Tensor& labels, const torch::Tensor& map);
  std::int64_t inputs() const;                 // of the first layer
  torch::Tensor seen(const torch::Tensor& x);  // (N,C,H,W) to (N,inputs,H,W)
  bool attends_after(std::size_t layer) const;
  torch::Tensor by_value(const torch::Tensor& outputs) const;  // (N,P C,H,W) to (N,P,C,H,W)
  PixelCnnOptions options_;
  PictureShape shape_;
  PixelOutput output_;
  std::vector<GatedLayer> layers_;
  torch::nn::Embedding embedding_{nullptr};
  std::vector<torch::nn::Embedding> conditions_;
  std::vector<torch::nn::Conv2d> map_conditions_;
  std::vector<CausalAttention> attentions_;  // after each layer; empty holders where there is none
  torch::nn::Sequential head_{nullptr};
};

std::unique_ptr<ModelFactory> make_pixelcnn_factory();
std::unique_ptr<ModelFactory> make_pixel_snail_factory();

}  // namespace vqcodec::models
