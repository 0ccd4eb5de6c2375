// models/generative/attention.h: causal attention: each place of a picture draws on all places
// before it in raster order, however far away. Source: Chen et al., "PixelSNAIL: An Improved
// Autoregressive Generative Model", arXiv:1712.09763, section 2.2.
#pragma once

#include "models/model.h"

namespace vqcodec::models {

// Queries come from features that have seen the pixels before their own; keys and values from
// features and pixel of their place, and so only places before may use them: the first has none.
class CausalAttentionImpl : public torch::nn::Module {
 public:
  // channels: of the features; width: of keys, queries and values; for pictures of height x columns
  // whose pixels are `inputs` numbers.
  CausalAttentionImpl(std::int64_t channels, std::int64_t width, std::int64_t height,
                      std::int64_t columns, std::int64_t inputs = 1);

  // features: (N,C,H,W); pixels: (N,inputs,H,W). Returns the features with what was found added.
  torch::Tensor forward(const torch::Tensor& features, const torch::Tensor& pixels);

  // The same, place by place.
  struct Memory {
    torch::Tensor keys, values;  // (N,H W,width), of the places before `places`
    std::int64_t places = 0;
  };
  Memory memory(std::int64_t n) const;
  // features: (N,C,1,1) of the place after those remembered.
  torch::Tensor step(const torch::Tensor& features, const Memory& memory);
  void remember(const torch::Tensor& features, const torch::Tensor& pixel, Memory& memory);

 private:
  // Where each place is, beside its features: rows and columns, -0.5..0.5.
  torch::Tensor with_places(const torch::Tensor& x, const torch::Tensor& places) const;
  torch::Tensor place(std::int64_t number) const;  // (1,2,1,1)
  torch::nn::Conv2d query_{nullptr}, key_{nullptr}, value_{nullptr}, leave_{nullptr};
  torch::Tensor places_;  // (1,2,H,W)
};
TORCH_MODULE(CausalAttention);

}  // namespace vqcodec::models
