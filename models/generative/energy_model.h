// models/generative/energy_model.h: a density on the plane whose energy is a network,
// p(x) = exp(-U(x)) / Z, log Z by quadrature. Sources: Xie et al., "A Theory of Generative
// ConvNet", arXiv:1602.03264; Nijkamp et al., "Learning Non-Convergent Non-Persistent Short-Run
// MCMC", arXiv:1904.09770; Du and Mordatch, arXiv:1903.08689 (chains that go on, with restarts).
#pragma once

#include <functional>

#include "models/generative/registry.h"

namespace vqcodec::models {

struct EnergyModelOptions {
  std::vector<std::int64_t> hidden = {64, 64};
  std::string learner = "persistent";  // short-run: from noise each time; exact: by quadrature
  std::int64_t steps = 30;             // of Langevin's dynamics, each training step
  double step_size = 0.1;
  double restarts = 0.05;  // share of the persistent chains that start anew each step
  std::int64_t chains = 500;
  std::string pixels = "grey";

  OptionList list();
};

// Langevin's dynamics, without a Metropolis test: x <- x - s^2/2 dU/dx + s noise, `steps` times.
// energy: x (N,D) to (N).
torch::Tensor langevin(const std::function<torch::Tensor(const torch::Tensor&)>& energy,
                       torch::Tensor x, std::int64_t steps, double step_size, Rng& rng);

class EnergyModel : public GenerativeModel {
 public:
  EnergyModel(const EnergyModelOptions& options, const PictureShape& shape);

  // U: the network, and a wide Gaussian's energy, without which the density need not integrate.
  torch::Tensor energy(const torch::Tensor& x);  // x: (N,2) to (N)
  torch::Tensor log_partition();                 // by quadrature, float64, differentiable

  // U(data) - U(chains): the two phases of dlog p = -dU(x) + <dU>; -log p where exact.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.reconstructs = false}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  torch::Tensor negative_phase(Rng& rng);  // (chains,2)
  torch::Tensor noise(std::int64_t n, Rng& rng) const;

  EnergyModelOptions options_;
  torch::nn::Sequential network_{nullptr};
  torch::Tensor chain_;  // (chains,2), persistent
};

std::unique_ptr<ModelFactory> make_energy_model_factory();

}  // namespace vqcodec::models
