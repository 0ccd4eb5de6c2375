// models/generative/vae.h: variational autoencoder with a Gaussian posterior.
// Sources: Kingma and Welling, "Auto-Encoding Variational Bayes", arXiv:1312.6114; Burda, Grosse
// and Salakhutdinov, "Importance Weighted Autoencoders", arXiv:1509.00519, whose shape it has;
// Higgins et al., "beta-VAE", ICLR 2017; Alemi et al., "Fixing a Broken ELBO", arXiv:1711.00464,
// who read rate and distortion in it.
#pragma once

#include "models/distributions.h"
#include "models/generative/observation.h"
#include "models/generative/registry.h"
#include "models/layers.h"

namespace vqcodec::models {

struct VaeOptions {
  std::int64_t latents = 50;
  std::vector<std::int64_t> hidden = {200, 200};  // of the encoder; the decoder has them reversed
  std::string activation = "tanh";
  std::string network = "perceptron";  // or "convolution": hidden are channels
  std::string pixels = "binary";       // or "grey": a Bernoulli's are a cross-entropy
  ObservationOptions observation = {};
  double beta = 1;           // weight of the rate
  double free_bits = 0;      // nats of each latent that cost nothing
  std::int64_t warm_up = 0;  // steps over which the rate's weight rises to beta

  OptionList list();
};

class Vae : public GenerativeModel {
 public:
  // context: values that the encoder says of a picture beside the posterior's moments.
  Vae(const VaeOptions& options, const PictureShape& shape, std::int64_t context = 0);

  DiagonalGaussian posterior(const torch::Tensor& x);    // q(z|x), x: (N,C,H,W)
  PixelDistribution likelihood(const torch::Tensor& z);  // p(x|z), z: (N,latents)
  // log p(x|z), (N) nats.
  virtual torch::Tensor log_likelihood(const torch::Tensor& x, const torch::Tensor& z);
  torch::Tensor log_joint(const torch::Tensor& x, const torch::Tensor& z);  // log p(x,z), (N) nats
  // (S,N) nats: log p(x,z) - log q(z|x) of S draws from the posterior.
  virtual torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng);

  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.latent_dimension = options_.latents}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  torch::Tensor decode(const torch::Tensor& latents) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // The likelihood's, and rate, distortion, their sum, active latents and what z tells of x.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 protected:
  const VaeOptions& options() const { return options_; }
  const PictureShape& shape() const { return shape_; }
  struct Encoded {
    DiagonalGaussian posterior;
    torch::Tensor context;  // (N,context)
  };
  Encoded encoded(const torch::Tensor& x);
  // The encoder's last layer at zero, where it says the context.
  void forget_context();

 private:
  VaeOptions options_;
  PictureShape shape_;
  torch::nn::Sequential encoder_{nullptr}, decoder_{nullptr};
  Observation observation_{nullptr};
  double warmth_ = 1;  // 0..1, share of beta that is charged
};

std::unique_ptr<ModelFactory> make_vae_factory();
// The same with Gaussian pixels of the closed-form deviation.
std::unique_ptr<ModelFactory> make_rate_distortion_factory();

}  // namespace vqcodec::models
