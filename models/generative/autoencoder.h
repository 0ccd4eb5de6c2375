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
  std::string network = "perceptron";  // or "convolution": hidden are channels
  bool tied = false;                   // the decoder's weights are the encoder's, transposed
  std::string pixels = "grey";
  std::string error = "squared";  // or "bernoulli": cross-entropy of the pixels
  double noise = 0;  // standard deviation added to the input while training (denoising)

  OptionList list();
};

class Autoencoder : public GenerativeModel {
 public:
  // Throws Error(kUsage) where tied weights are asked of convolutions.
  Autoencoder(const AutoencoderOptions& options, const PictureShape& shape);

  torch::Tensor encode(const torch::Tensor& x);  // (N,C,H,W) to (N,code)

  // Squared error of a picture, or cross-entropy, summed over its pixels.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override {
    return {.samples = false, .latent_dimension = options_.code};
  }
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  torch::Tensor decode(const torch::Tensor& latents) override;
  // Minus the error: no likelihood, and said so.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // "squared_error", and that of as many principal components.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  torch::Tensor output(const torch::Tensor& latents);  // means, or logits
  torch::Tensor tied_output(torch::Tensor h);
  torch::Tensor errors(const torch::Tensor& seen, const torch::Tensor& x);  // (N)
  AutoencoderOptions options_;
  PictureShape shape_;
  torch::nn::Sequential encoder_{nullptr}, decoder_{nullptr};
  std::vector<torch::Tensor> tied_biases_;  // of the decoder's layers
};

// Squared error of each picture (N,...), summed over its pixels, after projection on the first
// `components` principal components of these pictures themselves: no linear code does better on
// them. (N) float64.
torch::Tensor principal_component_errors(const torch::Tensor& x, std::int64_t components);

std::unique_ptr<ModelFactory> make_autoencoder_factory();

}  // namespace vqcodec::models
