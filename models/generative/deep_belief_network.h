// models/generative/deep_belief_network.h: a restricted Boltzmann machine over the top two layers,
// and directed sigmoid layers below: p(v) = sum p(v|h1) p(h1|h2) ... p_top(h_{L-1}).
// Sources: Hinton, Osindero and Teh, "A Fast Learning Algorithm for Deep Belief Nets", Neural
// Computation 18, 2006; Salakhutdinov and Murray, ICML 2008 (the bound).
#pragma once

#include "models/boltzmann.h"
#include "models/generative/base_rates.h"
#include "models/generative/registry.h"
#include "models/generative/training_stages.h"

namespace vqcodec::models {

struct DeepBeliefNetworkOptions {
  std::vector<std::int64_t> hidden = {500, 500};
  std::int64_t sweeps = 5;           // of Gibbs sampling, each step
  std::int64_t chains = 100;         // persistent ones, and of annealed importance sampling
  std::int64_t temperatures = 1000;  // of annealed importance sampling, where log Z is not exact
  std::string pixels = "binary";

  OptionList list();
};

class DeepBeliefNetwork : public GenerativeModel {
 public:
  DeepBeliefNetwork(const DeepBeliefNetworkOptions& options, const PictureShape& shape);

  // Of layers l and l + 1; all but the last give q(h_{l+1}|h_l) and p(h_l|h_{l+1}) alone.
  RestrictedBoltzmann machine(std::int64_t level) const;
  // (S,N) nats: log p(x,h) - log q(h|x) of S draws of the layers below the top, without -log Z.
  torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) const;
  AnnealingPath annealing_path() const;  // of the top machine

  // Greedy, and each machine begins with the visible biases of its data's frequencies: each stage
  // trains one machine on draws of the layer below, by persistent chains. Where
  // a machine has the shape of the one below turned over, it begins as that: the bound on log p(x)
  // is then tight, and each step that betters the new machine raises it.
  void begin_step(const Progress& progress) override;
  std::vector<ParameterGroup> parameter_groups() override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // The bound of one draw beside the importance weighted one, and the bracket of log Z.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  std::int64_t top() const { return static_cast<std::int64_t>(weights_.size()) - 1; }
  bool begin_as_the_machine_below(std::int64_t level);  // where it has its shape
  torch::Tensor draw_up(torch::Tensor x, std::int64_t levels, Rng& rng) const;
  // Units of layer `level` to pictures, layer by layer; the last draw or its means.
  torch::Tensor draw_down(torch::Tensor h, std::int64_t level, bool means, Rng& rng) const;
  Partition partition(Rng& rng) const;
  Estimate estimate(const torch::Tensor& images, std::int64_t samples, const Partition& partition,
                    Rng& rng) const;

  DeepBeliefNetworkOptions options_;
  PictureShape shape_;
  TrainingStages stages_;
  std::vector<torch::Tensor> weights_, visible_biases_, hidden_biases_;  // of each machine
  std::vector<torch::Tensor> chains_;                                    // (chains,D) each
  bool begins_afresh_ = false;
  BaseRates rates_{nullptr};  // below the top machine
};

std::unique_ptr<ModelFactory> make_deep_belief_network_factory();

}  // namespace vqcodec::models
