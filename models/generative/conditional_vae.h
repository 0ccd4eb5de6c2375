// models/generative/conditional_vae.h: variational autoencoder of pictures given their label.
// Sources: Sohn, Lee and Yan, "Learning Structured Output Representation using Deep Conditional
// Generative Models", NeurIPS 2015; Kingma et al., "Semi-Supervised Learning with Deep Generative
// Models", arXiv:1406.5298, whose p(x|y,z) q(z|x,y) it has.
#pragma once

#include "models/generative/observation.h"
#include "models/generative/registry.h"
#include "models/layers.h"

namespace vqcodec::models {

struct ConditionalVaeOptions {
  std::int64_t classes = 10;
  std::int64_t latents = 50;
  std::vector<std::int64_t> hidden = {200, 200};
  std::string activation = "tanh";
  std::string prior = "normal";  // or "label": p(z|y), a Gaussian for each label
  std::string pixels = "binary";
  ObservationOptions observation = {};

  OptionList list();
};

// Labels are one-hot, (N,classes). Pictures without labels all have label 0: then it is the plain
// autoencoder.
class ConditionalVae : public GenerativeModel {
 public:
  ConditionalVae(const ConditionalVaeOptions& options, const PictureShape& shape);

  DiagonalGaussian posterior(const torch::Tensor& x, const torch::Tensor& y);    // q(z|x,y)
  PixelDistribution likelihood(const torch::Tensor& z, const torch::Tensor& y);  // p(x|z,y)
  DiagonalGaussian prior(const torch::Tensor& y);                                // p(z|y)
  // A one-sample ELBO of log p(x|y), (N) nats, its divergence in closed form.
  struct Terms {
    torch::Tensor rate, distortion;  // (N)

    torch::Tensor elbo() const { return -(rate + distortion); }
  };
  Terms terms(const torch::Tensor& x, const torch::Tensor& y, Rng& rng);
  // (S,N) nats: log p(x,z|y) - log q(z|x,y).
  torch::Tensor log_weights(const torch::Tensor& x, const torch::Tensor& y, std::int64_t samples,
                            Rng& rng);
  // (N,classes). Throws Error(kUsage) where a label is not one of the classes.
  torch::Tensor one_hot(const Batch& batch) const;

  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.conditional = true}; }
  // A label in turn for each picture unless one is asked for.
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // What z holds beside the label: of each `classes` pictures, the first one's z under all labels
  // in turn (arXiv:1406.5298, figure 1; `--columns` is best `classes`).
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  // Of log p(x|y), where there are labels.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 protected:
  torch::Tensor labels_of(std::int64_t n, const SampleOptions& options) const;  // one-hot
  const ConditionalVaeOptions& options() const { return options_; }
  const PictureShape& shape() const { return shape_; }
  Observation& observation() { return observation_; }

 private:
  ConditionalVaeOptions options_;
  PictureShape shape_;
  LabelledPerceptron encoder_{nullptr}, decoder_{nullptr};
  torch::Tensor prior_mean_;  // (classes,latents), where the prior depends on the label
  Observation observation_{nullptr};
};

std::unique_ptr<ModelFactory> make_conditional_vae_factory();

}  // namespace vqcodec::models
