// models/parallel_tempering.h: chains at several temperatures that exchange their states, so that
// those of the model cross between its modes. Sources: Swendsen and Wang 1986; Desjardins et al.,
// "Tempered Markov Chain Monte Carlo for Training of Restricted Boltzmann Machines", AISTATS 2010.
#pragma once

#include "models/annealed_importance.h"

namespace vqcodec::models {

// One sweep of each rung at its own beta, evenly from 0 to 1, then an offer to exchange between
// neighbours, from the top down. rungs: (R,M,D), R >= 2; the last rung follows the model.
torch::Tensor tempered_sweep(const AnnealingPath& path, const torch::Tensor& rungs, Rng& rng);

}  // namespace vqcodec::models
