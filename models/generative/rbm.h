// models/generative/rbm.h: restricted Boltzmann machine: E(v,h) = -b'v - c'h - v'Wh, v and h in
// {0,1}. Sources: Smolensky 1986; Hinton, "Training Products of Experts by Minimizing Contrastive
// Divergence", 2002; Tieleman, "Training Restricted Boltzmann Machines using Approximations to the
// Likelihood Gradient", ICML 2008.
#pragma once

#include "models/annealed_importance.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct RbmOptions {
  std::int64_t hidden = 500;
  std::int64_t sweeps = 1;           // of Gibbs sampling, each step
  std::string learner = "pcd";       // or "cd": chains start from the data
  std::int64_t temperatures = 1000;  // of annealed importance sampling, where log Z is not exact
  std::int64_t chains = 100;         // persistent ones, and of annealed importance sampling
  std::string pixels = "binary";

  OptionList list();
};

class Rbm : public GenerativeModel {
 public:
  Rbm(const RbmOptions& options, const PictureShape& shape);

  // v: (N,D), h: (N,hidden).
  torch::Tensor energy(const torch::Tensor& v, const torch::Tensor& h) const;  // (N)
  torch::Tensor free_energy(const torch::Tensor& v) const;  // (N): -log sum_h exp(-E)
  torch::Tensor hidden_logits(const torch::Tensor& v) const;
  torch::Tensor visible_logits(const torch::Tensor& h) const;
  torch::Tensor gibbs(torch::Tensor v, std::int64_t sweeps, Rng& rng) const;

  // By enumeration of the smaller layer. Throws Error(kUsage) where both have more than 20 units.
  double exact_log_partition() const;
  bool is_small() const;
  // From the base-rate model of the training data; (1 - beta) base + beta model.
  AnnealingPath annealing_path() const;

  // F(data) - F(chains), whose gradient is that of -log p with the chains in place of the model.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 private:
  RbmOptions options_;
  PictureShape shape_;
  torch::Tensor weights_;  // (D,hidden)
  torch::Tensor visible_bias_, hidden_bias_;
  torch::Tensor chain_;              // (chains,D), persistent
  torch::Tensor data_mean_, steps_;  // (D): running mean of the training pictures
};

std::unique_ptr<ModelFactory> make_rbm_factory();

}  // namespace vqcodec::models
