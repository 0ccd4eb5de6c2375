// models/context_model.h: the rate of latents while the transform is trained.
//
// A PixelCNN with the integer prior's shape (entropy/integer_pixelcnn.h), but with a logistic
// density for each latent, so that it runs in parallel over noisy latents: the relaxed rate of
// Balle et al., arXiv:1802.01436, with the slices of Minnen and Singh, arXiv:2007.08739.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "models/codec_layers.h"

namespace vqcodec::models {

// What contexts see of a latent: sign(x) log(1 + |x|), in the units of hidden activations, within
// the integer prior's range.
torch::Tensor squash(const torch::Tensor& x);
inline constexpr double kActivationUnit = 1.0 / 16;  // of the integer prior's activations
inline constexpr double kSquashScale = 13;           // activation units for each unit of log(1+|x|)

// Saturation of the integer prior: 0..127 units.
torch::Tensor saturate(const torch::Tensor& x);

// Taps in raster order before the centre: 3 rows x 5, or 2 rows x 3 with the centre included.
class CausalConvolutionImpl : public torch::nn::Module {
 public:
  CausalConvolutionImpl(std::int64_t inputs, std::int64_t outputs, std::int64_t rows,
                        std::int64_t columns, bool with_centre);
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor weight;  // (outputs, inputs, rows, columns)
  torch::Tensor mask;    // (1, 1, rows, columns)
};
TORCH_MODULE(CausalConvolution);

struct ContextOptions {
  std::int64_t channels = 0;
  std::int64_t coarser = 0;  // channels of all coarser levels
  std::int64_t hidden = 192;
  std::int64_t features = 128;
  std::vector<std::int64_t> slices;  // channels of each; they sum to `channels`
  std::int64_t qualities = 8;
};

// Slices of a level: a few strong channels first; luma and chroma never share one.
std::vector<std::int64_t> slice_channels(std::int64_t luma, std::int64_t chroma);

class ContextModelImpl : public torch::nn::Module {
 public:
  explicit ContextModelImpl(const ContextOptions& options);
  // Bits of each latent's unit interval. latents: (N,C,H,W) in steps; coarser: (N,coarser,H,W),
  // squashed and upsampled, or undefined; quality: (N). Returns (N,C,H,W) float32.
  torch::Tensor bits(const torch::Tensor& latents, const torch::Tensor& coarser,
                     const torch::Tensor& quality, torch::ScalarType compute);
  void start_from(const torch::Tensor& latents, std::int64_t quality);  // scales, from data

  // Shared with the prior, which starts from them (prior_network.h).
  CausalConvolution near{nullptr}, mix{nullptr};
  Convolution above{nullptr};
  torch::nn::ModuleList slices;
  torch::Tensor bias;  // (qualities, hidden)

 private:
  ContextOptions options_;
  CausalConvolution mean_{nullptr};
  torch::nn::ModuleList outputs_;
  torch::Tensor log_scale_;  // (qualities, C)
};
TORCH_MODULE(ContextModel);

// -log2 of a logistic's mass on [x - 1/2, x + 1/2], stable in the tails.
torch::Tensor logistic_bits(const torch::Tensor& x, const torch::Tensor& mean,
                            const torch::Tensor& log_scale);

// What each level sees of the coarser ones: (N,c,H_l,W_l) squashed; undefined for level 0.
std::vector<torch::Tensor> coarser_contexts(const std::vector<torch::Tensor>& levels);

}  // namespace vqcodec::models
