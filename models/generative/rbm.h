// models/generative/rbm.h: restricted Boltzmann machine. Sources: Smolensky 1986; Hinton, "Training
// Products of Experts by Minimizing Contrastive Divergence", 2002; Tieleman, "Training Restricted
// Boltzmann Machines using Approximations to the Likelihood Gradient", ICML 2008.
#pragma once

#include "models/boltzmann.h"
#include "models/generative/base_rates.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct RbmOptions {
  std::int64_t hidden = 500;
  std::int64_t sweeps = 1;           // of Gibbs sampling, each step
  std::string learner = "pcd";       // cd: chains start from the data; tempering; exact
  std::int64_t rungs = 10;           // of tempering
  std::int64_t temperatures = 1000;  // of annealed importance sampling, where log Z is not exact
  std::int64_t chains = 100;         // persistent ones, and of annealed importance sampling
  std::string pixels = "binary";

  OptionList list();
};

class Rbm : public GenerativeModel {
 public:
  Rbm(const RbmOptions& options, const PictureShape& shape);

  RestrictedBoltzmann distribution() const;
  // From the base-rate model of the training pictures: independent pixels of their frequencies.
  AnnealingPath annealing_path() const;

  // Begins with the visible biases of the first pictures' frequencies: otherwise every hidden unit
  // first learns these, and all become alike (Hinton, "A Practical Guide to Training Restricted
  // Boltzmann Machines", 2010, section 8.1).
  void begin_step(const Progress& progress) override { begins_ = progress.step == 0; }
  // F(data) - F(chains), whose gradient is that of -log p with the chains in place of the model;
  // -log p itself where the learner is exact.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // The bracket of log Z as well, where it is not exact.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  Partition partition(Rng& rng) const;
  Estimate log_prob_given(const Partition& partition, const torch::Tensor& images) const;
  torch::Tensor negative_phase(const torch::Tensor& v, Rng& rng);  // (chains,D)

  RbmOptions options_;
  PictureShape shape_;
  torch::Tensor weights_;  // (D,hidden)
  torch::Tensor visible_bias_, hidden_bias_;
  torch::Tensor chain_;       // (rungs,chains,D), persistent; the last rung is the model's
  BaseRates rates_{nullptr};  // of the training pictures
  bool begins_ = false;
};

std::unique_ptr<ModelFactory> make_rbm_factory();

}  // namespace vqcodec::models
