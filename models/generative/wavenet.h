// models/generative/wavenet.h: symbols one after the other, each given those before it, through
// convolutions whose dilation doubles from layer to layer. Sources: van den Oord et al., "WaveNet:
// A Generative Model for Raw Audio", arXiv:1609.03499, section 2; le Paine et al., "Fast Wavenet
// Generation Algorithm", arXiv:1611.09482, for the sampler.
#pragma once

#include "models/generative/registry.h"
#include "models/generative/samplable_computable.h"

namespace vqcodec::models {

struct WaveNetOptions {
  std::int64_t symbols = 2;    // K
  std::int64_t channels = 32;  // of the residual path
  std::int64_t skip = 64;      // channels of the skip path
  std::int64_t layers = 9;     // of a block: dilations 1, 2, 4, ...
  std::int64_t blocks = 1;
  std::int64_t kernel = 2;
  std::string pixels = "binary";

  OptionList list();
};

// One gated layer (section 2.3): tanh . sigmoid of a dilated convolution, a residual and a skip.
class DilatedLayerImpl : public torch::nn::Module {
 public:
  DilatedLayerImpl(const WaveNetOptions& options, std::int64_t dilation);

  // Places before an output that it sees: (kernel - 1) dilation.
  std::int64_t reach() const { return reach_; }
  // input: (N,channels,reach + T), what lies before already there. Adds to skip (N,skip,T); returns
  // the next layer's (N,channels,T).
  torch::Tensor forward(const torch::Tensor& input, torch::Tensor& skip);

 private:
  std::int64_t reach_;
  torch::nn::Conv1d gates_{nullptr}, leave_{nullptr}, skip_{nullptr};
};
TORCH_MODULE(DilatedLayer);

// Pictures of one channel are sequences in raster order: of pixels quantized to K levels, or, where
// the values are whole numbers (a code map, a text), of symbols 0..K-1.
class WaveNet : public SamplableComputable {
 public:
  WaveNet(const WaveNetOptions& options, const PictureShape& shape, bool holds_symbols = false);

  // 1 + sum (kernel - 1) dilation: symbols before its own that an output sees.
  std::int64_t receptive_field() const;
  torch::Tensor symbols(const torch::Tensor& images) const;  // (N,C,H,W) to (N,T) int64
  // Of each symbol given those before it: (N,T) to (N,K,T).
  torch::Tensor logits(const torch::Tensor& symbols);
  torch::Tensor log_prob_of(const torch::Tensor& symbols);  // (N) nats

  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.reconstructs = false}; }
  // Each place is computed once: layers keep what their reach needs.
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // The same draws by a whole pass for every symbol; the check of the other.
  torch::Tensor sample_slowly(std::int64_t n, Rng& rng);
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 private:
  torch::Tensor embedded(const torch::Tensor& symbols);  // (N,T) to (N,channels,T)
  torch::Tensor as_pictures(const torch::Tensor& symbols) const;
  WaveNetOptions options_;
  PictureShape shape_;
  bool holds_symbols_;
  torch::nn::Embedding first_{nullptr};  // row K stands before the first symbol
  std::vector<DilatedLayer> layers_;
  torch::nn::Sequential head_{nullptr};
};

std::unique_ptr<ModelFactory> make_wavenet_factory();

}  // namespace vqcodec::models
