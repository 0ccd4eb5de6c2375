// models/generative/pixel_vae.h: variational autoencoder whose pixels also depend on each other: a
// decoder that can do without z, and does where it may (posterior collapse).
// Sources: Chen et al., "Variational Lossy Autoencoder", arXiv:1611.02731; Gulrajani et al.,
// "PixelVAE", arXiv:1611.05013.
#pragma once

#include "models/generative/gated_layer.h"
#include "models/generative/vae.h"

namespace vqcodec::models {

struct PixelVaeOptions : VaeOptions {
  std::int64_t channels = 16, layers = 6;
  // Side, odd; one layer of 5 sees 5 columns of the 3 rows above, and 3 pixels to the left.
  std::int64_t window = 5;

  OptionList list();
};

// p(x|z) = prod_i p(x_i | earlier pixels in reach, z): gated PixelCNN layers that see what the
// plain decoder says of each pixel, and add to it. For binary pictures of one channel.
class PixelVae : public Vae {
 public:
  PixelVae(const PixelVaeOptions& options, const PictureShape& shape);

  // Of each pixel given z and those before it; hints: (N,1,H,W), the plain decoder's logits.
  torch::Tensor logits(const torch::Tensor& x, const torch::Tensor& hints);
  torch::Tensor log_likelihood(const torch::Tensor& x, const torch::Tensor& z) override;
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;

 private:
  torch::Tensor drawn(const torch::Tensor& z, bool means, Rng& rng);  // pixel by pixel
  std::vector<GatedLayer> layers_;
  std::vector<torch::nn::Conv2d> conditions_;  // hints to what they add to a layer's gates
  torch::nn::Conv2d head_{nullptr};
};

std::unique_ptr<ModelFactory> make_pixel_vae_factory();

}  // namespace vqcodec::models
