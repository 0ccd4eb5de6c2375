// models/codec_layers.h: the building blocks of the codec's networks.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace vqcodec::models {

// Rows: the 8x8 DCT-II of each component of the rotated colors ((1,1,1)/sqrt 3, (1,0,-1)/sqrt 2,
// (1,-2,1)/sqrt 6), component-major; columns: the channels of pixel_unshuffle(8) of an RGB picture.
// Orthonormal, (192,192) float32.
torch::Tensor color_dct_basis();

// One orthonormal 2-D Haar step. (N,C,2H,2W) to (N,4C,H,W): averages, then the horizontal, vertical
// and diagonal details.
torch::Tensor haar(const torch::Tensor& x);
torch::Tensor haar_inverse(const torch::Tensor& coefficients);

// A convolution that keeps its weights in float32 and computes in the type of its input.
class ConvolutionImpl : public torch::nn::Module {
 public:
  ConvolutionImpl(std::int64_t inputs, std::int64_t outputs, std::int64_t size, bool zero = false);
  torch::Tensor forward(const torch::Tensor& x);  // (N,C,H,W), zero padding
  torch::Tensor weight, bias;

 private:
  std::int64_t padding_;
};
TORCH_MODULE(Convolution);

// x + second(act(film(first(act(x))))), modulated per quality; starts as the identity.
// FiLM: Perez et al., arXiv:1709.07871.
class ResidualBlockImpl : public torch::nn::Module {
 public:
  ResidualBlockImpl(std::int64_t channels, std::int64_t qualities);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& quality);

 private:
  Convolution first_{nullptr}, second_{nullptr};
  torch::Tensor scale_, shift_;  // (qualities, C)
};
TORCH_MODULE(ResidualBlock);

// A convolution 3x3 plus a residual network beside it, from `channels` to `channels`; zero at the
// start. The 3x3 is the learned, lapped part of the linear transform, and all there is with no
// hidden channels.
class LappedNetworkImpl : public torch::nn::Module {
 public:
  LappedNetworkImpl(std::int64_t channels, std::int64_t hidden, std::int64_t blocks,
                    std::int64_t qualities);
  // x: (N,channels,H,W) float32; compute: type of the convolutions. Returns float32.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& quality,
                        torch::ScalarType compute);

 private:
  std::int64_t hidden_;
  Convolution enter_{nullptr}, lap_{nullptr}, leave_{nullptr};
  torch::nn::ModuleList blocks_;
};
TORCH_MODULE(LappedNetwork);

// Type of fast convolutions on this machine: bfloat16 where the processor or GPU has it.
torch::ScalarType fast_type(const torch::Device& device);

}  // namespace vqcodec::models
