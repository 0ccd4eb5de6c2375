// models/generative/autoencoder.h: deterministic autoencoder, what the variational one adds noise
// to. Source: Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks",
// Science 313, 2006.
#pragma once

#include "models/generative/registry.h"

namespace vqcodec::models {

struct AutoencoderOptions {
  std::int64_t code = 30;                               // its dimension
  std::vector<std::int64_t> hidden = {1000, 500, 250};  // of the encoder; the decoder mirrors them
  std::string activation = "relu";  // or "none": a linear autoencoder, which finds PCA's subspace
  std::string pixels = "grey";
  double noise = 0;  // standard deviation added to the input while training (denoising)

  OptionList list();
};

class Autoencoder : public GenerativeModel {
 public:
  Autoencoder(const AutoencoderOptions& options, const PictureShape& shape);

  torch::Tensor encode(const torch::Tensor& x);  // (N,C,H,W) to (N,code)

  // Squared error of a picture, summed over its pixels.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override {
    return {.samples = false, .latent_dimension = options_.code};
  }
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  torch::Tensor decode(const torch::Tensor& latents) override;
  // Minus the squared error: no likelihood, and said so.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 private:
  AutoencoderOptions options_;
  PictureShape shape_;
  torch::nn::Sequential encoder_{nullptr}, decoder_{nullptr};
};

std::unique_ptr<ModelFactory> make_autoencoder_factory();

}  // namespace vqcodec::models
