// models/generative/deep_boltzmann_machine.h: layers of binary units, each linked to its
// neighbours: E = -sum_l h_l' W_l h_{l+1} - sum_l b_l' h_l, h_0 = v.
// Source: Salakhutdinov and Hinton, "Deep Boltzmann Machines", AISTATS 2009.
#pragma once

#include "models/boltzmann.h"
#include "models/generative/base_rates.h"
#include "models/generative/registry.h"
#include "models/generative/training_stages.h"

namespace vqcodec::models {

struct DeepBoltzmannMachineOptions {
  std::vector<std::int64_t> hidden = {500, 1000};
  std::int64_t sweeps = 5;             // of Gibbs sampling, each step
  std::int64_t mean_field_sweeps = 5;  // of the positive phase, each step
  std::int64_t chains = 100;           // persistent ones, and of annealed importance sampling
  std::int64_t temperatures = 1000;    // of annealed importance sampling
  std::string pixels = "binary";

  OptionList list();
};

// Means of the units of odd and of even layers given the pictures, which are the first even ones.
struct MeanField {
  torch::Tensor odd, even;
};

class DeepBoltzmannMachine : public GenerativeModel {
 public:
  DeepBoltzmannMachine(const DeepBoltzmannMachineOptions& options, const PictureShape& shape);

  // Odd and even layers are linked across alone: a restricted machine, of which the odd layers are
  // the "visible" units and the even ones, pictures first, the "hidden".
  RestrictedBoltzmann by_parity() const;
  // Of layers l and l + 1, for pretraining: as if the layers at the ends, which in the whole
  // machine hear from one side alone, were there twice; the links between others count twice.
  RestrictedBoltzmann pretraining_machine(std::int64_t level) const;

  // Each sweep raises the bound; ends early where no mean moves by more than `tolerance`.
  MeanField mean_field(const torch::Tensor& v, std::int64_t sweeps, double tolerance) const;
  // (N) nats, at most log p(v) + log Z: E_q[-E] + H(q).
  torch::Tensor bound(const torch::Tensor& v, const MeanField& q) const;
  AnnealingPath annealing_path() const;  // even layers summed out

  // Half the run pretrains one layer after another, the other half trains all. It begins with the
  // biases of the first pictures' frequencies.
  void begin_step(const Progress& progress) override;
  std::vector<ParameterGroup> parameter_groups() override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  std::int64_t levels() const { return static_cast<std::int64_t>(weights_.size()); }
  bool pretrains() const { return stages_.current < levels(); }
  Loss pretraining_loss(const torch::Tensor& v, Rng& rng);
  Partition partition(Rng& rng) const;
  Estimate estimate(const torch::Tensor& images, const Partition& partition) const;

  DeepBoltzmannMachineOptions options_;
  PictureShape shape_;
  TrainingStages stages_;
  std::vector<torch::Tensor> weights_;  // (units of layer l, of layer l + 1)
  std::vector<torch::Tensor> biases_;   // of each layer, the pictures' first
  std::vector<torch::Tensor> chains_;   // of each pretraining machine's visible layer
  torch::Tensor odd_chain_;             // (chains, units of odd layers)
  BaseRates rates_{nullptr};            // of the pictures
  bool begins_ = false;
};

std::unique_ptr<ModelFactory> make_deep_boltzmann_machine_factory();

}  // namespace vqcodec::models
