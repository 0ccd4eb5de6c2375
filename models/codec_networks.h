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

#include "models/codec_layers.h"
#include "models/inference/codec_options.h"

namespace vqcodec::models {

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
