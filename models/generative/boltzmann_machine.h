// models/generative/boltzmann_machine.h: Boltzmann machine whose visible and hidden units are all
// linked, small enough to be enumerated. Source: Ackley, Hinton and Sejnowski, "A Learning
// Algorithm for Boltzmann Machines", Cognitive Science 9, 1985.
#pragma once

#include "models/boltzmann.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct BoltzmannMachineOptions {
  std::int64_t hidden = 7;
  std::string learner = "exact";     // or gibbs: both phases by sampling
  std::string units = "bits";        // or spins: parameters are those of units in {-1,1}
  double temperature = 1;            // T
  std::int64_t sweeps = 5;           // of Gibbs sampling, each phase and step
  std::int64_t chains = 100;         // persistent ones, and of annealed importance sampling
  std::int64_t temperatures = 1000;  // of annealed importance sampling, where log Z is not exact
  std::string pixels = "binary";

  OptionList list();
};

class BoltzmannMachine : public GenerativeModel {
 public:
  BoltzmannMachine(const BoltzmannMachineOptions& options, const PictureShape& shape);

  // Over visible and hidden units, in this order.
  Boltzmann distribution() const;

  // -log p by enumeration; or <E/T> with the pictures clamped minus <E/T> of free chains, whose
  // gradient is the two-phase rule: dlog p/dW_ij = (<s_i s_j>_clamped - <s_i s_j>_free) / T.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.reconstructs = false}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;

 private:
  bool is_small() const;
  torch::Tensor noise(std::int64_t n, std::int64_t units, Rng& rng) const;

  BoltzmannMachineOptions options_;
  PictureShape shape_;
  torch::Tensor links_;  // (n,n), of which those above the diagonal count
  torch::Tensor bias_;   // (n)
  torch::Tensor chain_;  // (chains,n), persistent
};

std::unique_ptr<ModelFactory> make_boltzmann_machine_factory();

}  // namespace vqcodec::models
