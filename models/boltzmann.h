// models/boltzmann.h: distributions of binary units by their energy, p(s) = exp(-E(s)) / Z.
// Sources: Ackley, Hinton and Sejnowski, "A Learning Algorithm for Boltzmann Machines", 1985;
// Smolensky 1986 (restricted); Salakhutdinov and Murray, ICML 2008 (log Z).
#pragma once

#include "models/annealed_importance.h"

namespace vqcodec::models {

// All vectors of n bits, (2^n,n), the first bit the fastest.
torch::Tensor all_states(std::int64_t n, const torch::TensorOptions& options);

// log Z, and how it was found.
struct Partition {
  double value = 0;
  double standard_error = 0;  // 0 where it is exact
  bool exact = true;
  std::string estimator;  // for tables
};

// Two layers whose units are linked across alone: E(v,h) = -b'v - c'h - v'Wh.
// v: (N,D), h: (N,H), both in {0,1}.
struct RestrictedBoltzmann {
  torch::Tensor weights;                    // W, (D,H)
  torch::Tensor visible_bias, hidden_bias;  // b (D), c (H)

  torch::Tensor energy(const torch::Tensor& v, const torch::Tensor& h) const;  // (N)
  torch::Tensor free_energy(const torch::Tensor& v) const;  // (N): -log sum_h exp(-E)
  torch::Tensor hidden_logits(const torch::Tensor& v) const;
  torch::Tensor visible_logits(const torch::Tensor& h) const;
  // Both layers in blocks; each sweep leaves p(v) as it is.
  torch::Tensor gibbs(torch::Tensor v, std::int64_t sweeps, Rng& rng) const;

  // v of n chains that start from noise, after sweeps enough to forget it. (n,D)
  torch::Tensor draw(std::int64_t n, Rng& rng) const;

  // By enumeration of the smaller layer: float64, differentiable. Throws Error(kUsage) where both
  // have more than 20 units.
  torch::Tensor log_partition() const;
  bool is_small() const;
  // Sums out h; from independent units of the biases `visible_base` (D) and `hidden_base` (H), all
  // parameters linear in beta.
  AnnealingPath path_from(const torch::Tensor& visible_base,
                          const torch::Tensor& hidden_base) const;
};

// Exact where the model is small, else by annealing.
Partition partition_of(const RestrictedBoltzmann& model, const AnnealingPath& path,
                       const AnnealingOptions& options, Rng& rng);

// Units that may all be linked: E(s) = -1/2 s'Ws - b's, W symmetric with zero diagonal, s in
// {0,1}^n, p(s) = exp(-E/T) / Z. s: (N,n); the first units are the visible ones.
struct Boltzmann {
  torch::Tensor weights;  // (n,n)
  torch::Tensor bias;     // (n)
  double temperature = 1;

  torch::Tensor energy(const torch::Tensor& s) const;  // (N)
  torch::Tensor logits(const torch::Tensor& s) const;  // (N,n): of each unit given all others
  // Each unit in turn, `sweeps` times over; the first `clamped` units stay.
  torch::Tensor gibbs(torch::Tensor s, std::int64_t clamped, std::int64_t sweeps, Rng& rng) const;

  // By enumeration, float64, differentiable. Throw Error(kUsage) where more than 16 units are free.
  torch::Tensor log_partition() const;
  torch::Tensor log_sum_over_hidden(const torch::Tensor& v) const;  // (N), of exp(-E/T)
  // From independent units of biases `base` (n).
  AnnealingPath path_from(const torch::Tensor& base) const;
};

// The same distribution for units in {-1,1}, E(x) = -1/2 x'Jx - h'x, in terms of s = (x + 1) / 2.
Boltzmann from_spins(const torch::Tensor& couplings, const torch::Tensor& fields,
                     double temperature);

}  // namespace vqcodec::models
