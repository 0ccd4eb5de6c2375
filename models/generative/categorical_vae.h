// models/generative/categorical_vae.h: variational autoencoder whose latents are classes, under a
// uniform prior, trained through several estimators of the gradient. Sources: Jang, Gu and Poole,
// "Categorical Reparameterization with Gumbel-Softmax", arXiv:1611.01144; Maddison, Mnih and Teh,
// arXiv:1611.00712; Williams 1992; Bengio et al., arXiv:1308.3432; Mnih and Gregor,
// arXiv:1402.0030 (NVIL); Mnih and Rezende, arXiv:1602.06725 (VIMCO); Tucker et al.,
// arXiv:1703.07370 (REBAR).
#pragma once

#include "models/generative/registry.h"
#include "models/generative/reward_baseline.h"
#include "models/gradient_estimators.h"

namespace vqcodec::models {

struct CategoricalVaeOptions {
  std::int64_t variables = 20, classes = 10;
  std::vector<std::int64_t> hidden = {512, 256};  // of the encoder; the decoder has them reversed
  // st-gumbel, straight-through, score-function, vimco, rebar
  std::string estimator = "gumbel";
  std::string baseline = "others";  // of score-function (reward_baseline.h)
  std::string entropy = "exact";    // of score-function: exact or sampled
  std::int64_t draws = 4;           // of score-function and vimco, each picture
  double rebar_scale = 1;           // eta of its control variate
  double least_temperature = 0.5;   // of gumbel and rebar: max(least, exp(-rate * step))
  double temperature_rate = 3e-5;
  std::string pixels = "binary";

  OptionList list();
};

class CategoricalVae : public GenerativeModel {
 public:
  CategoricalVae(const CategoricalVaeOptions& options, const PictureShape& shape);

  Categorical posterior(const torch::Tensor& x);  // (N,variables,classes)
  Bernoulli likelihood(const torch::Tensor& z);   // z: (N,variables,classes)
  // (S,N) nats: log p(x,z) - log q(z|x) of hard draws.
  torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng);
  double temperature() const;

  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 private:
  double log_prior() const;  // of any z
  // -E_q log p(x|z), (N), with the estimator's gradient.
  torch::Tensor distortion(const Categorical& q, const torch::Tensor& x, Rng& rng);
  torch::Tensor rebar_distortion(const Categorical& q, const torch::Tensor& x, Rng& rng);
  Loss score_function_loss(const Categorical& q, const torch::Tensor& x, Rng& rng);
  Loss vimco_loss(const Categorical& q, const torch::Tensor& x, Rng& rng);

  CategoricalVaeOptions options_;
  PictureShape shape_;
  torch::nn::Sequential encoder_{nullptr}, decoder_{nullptr};
  RewardBaseline baseline_{nullptr};  // of score-function
  torch::Tensor steps_;               // of training so far
};

std::unique_ptr<ModelFactory> make_categorical_vae_factory();

}  // namespace vqcodec::models
