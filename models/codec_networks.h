// models/codec_networks.h: the codec's transform: picture to latents of three levels and back.
//
//   picture -> color rotation, 8x8 DCT -> /deviation -> + lapped network -> gain of the quality
//           -> the strongest channels through two Haar steps -> levels at strides 32, 16, 8
//
// The linear part alone is orthonormal, so distances between latents are squared errors of the
// picture, and the codec works before it is trained.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "codec/transform.h"
#include "models/codec_layers.h"

namespace vqcodec::models {

inline constexpr std::int64_t kBlock = 8;       // pixels, side of the DCT
inline constexpr std::int64_t kChannels = 192;  // 3 x 8 x 8
inline constexpr std::int64_t kLevels = 3;
inline constexpr std::int64_t kCoarsestStride = 32;

struct CodecOptions {
  std::int64_t hidden = 128;
  std::int64_t blocks = 3;
  std::int64_t pyramid_luma = 12;  // channels that go to the coarser levels
  std::int64_t pyramid_chroma = 4;
  // loss = bits per pixel + lambda * MSE on 0..255, one for each quality
  std::vector<double> lambdas = {0.0003, 0.0007, 0.0016, 0.0035, 0.0075, 0.016, 0.033, 0.07};

  double lambda(std::int64_t quality) const { return lambdas[static_cast<std::size_t>(quality)]; }
  std::int64_t qualities() const { return static_cast<std::int64_t>(lambdas.size()); }
  std::int64_t pyramid() const { return pyramid_luma + pyramid_chroma; }
  std::int64_t level_luma(std::int64_t level) const {  // the first so many channels of a level
    return level == 2 ? kChannels / 3 - pyramid_luma : (level == 1 ? 3 : 4) * pyramid_luma;
  }
  std::int64_t level_channels(std::int64_t level) const {
    return level == 2 ? kChannels - pyramid() : (level == 1 ? 3 : 4) * pyramid();
  }
};

// Step of a uniform quantizer whose slope is lambda at high rate, on 0..1: sqrt(12 D) / 255 with
// D = 3 / (2 ln 2 lambda), since three color samples share a pixel's bits.
double high_rate_step(double lambda);

class CodecNetworksImpl : public torch::nn::Module {
 public:
  explicit CodecNetworksImpl(const CodecOptions& options);

  // Orders the channels and takes their deviations from pictures (N,3,H,W), 0..1.
  void start_from(const torch::Tensor& images);

  // images: (N,3,H,W), 0..1, sides multiples of 32; quality: (N) int64.
  // Returns the levels in steps, coarsest first: (N,C_l,H/stride,W/stride). Within a level luma
  // channels come first, then chroma, each by falling variance.
  // active: (N,1,H/8,W/8), 1 where the networks work, 0 where the transform is its linear part
  // alone; undefined: everywhere.
  std::vector<torch::Tensor> analyse(const torch::Tensor& images, const torch::Tensor& quality,
                                     const torch::Tensor& active = {});
  torch::Tensor synthesise(const std::vector<torch::Tensor>& levels, const torch::Tensor& quality,
                           const torch::Tensor& active = {});

  // Of each channel of a level, the picture's squared error (0..255 squared) for one step squared.
  torch::Tensor step_energy(std::int64_t level, std::int64_t quality) const;

  // Of the color and DCT matrix and the convolutions; the Haar steps count as nothing.
  codec::MultiplyAdds multiply_adds() const;

  const CodecOptions& options() const { return options_; }
  void compute_in(torch::ScalarType type) { compute_ = type; }
  std::vector<torch::Tensor> synthesis_parameters();

 private:
  // What a network adds, (N,192,H/8,W/8). Inactive places give it zeros and take nothing of it.
  torch::Tensor network_output(LappedNetwork& network, const torch::Tensor& normal,
                               const torch::Tensor& quality, const torch::Tensor& active) const;
  CodecOptions options_;
  torch::ScalarType compute_ = torch::kFloat32;
  torch::Tensor basis_;               // (192,192), rows: pyramid luma, pyramid chroma, luma, chroma
  torch::Tensor deviation_;           // (1,192,1,1)
  std::vector<torch::Tensor> order_;  // [level]: permutation of its channels, int64
  std::vector<torch::Tensor> back_;   // [level]: the inverse permutation
  torch::Tensor log_gain_, log_restore_;  // (qualities,192)
  LappedNetwork analysis_{nullptr}, synthesis_{nullptr};
};
TORCH_MODULE(CodecNetworks);

}  // namespace vqcodec::models
