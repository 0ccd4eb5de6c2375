#include "models/generative/boltzmann_machine.h"
#include "models/generative/deep_belief_network.h"
#include "models/generative/deep_boltzmann_machine.h"
#include "models/generative/discrete_vae.h"
#include "models/generative/energy_model.h"
#include "models/generative/rbm.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"

namespace vqcodec::models {

namespace {

// Models whose stages let the rate fall by themselves.
TrainerOptions staged_run(std::int64_t steps, double learning_rate) {
  auto options = short_run(steps, learning_rate);
  options.decay_start = 1;
  return options;
}

const RegisteredModel kModels[] = {
    {"boltzmann-machine", "Boltzmann machine, all units linked", "Ackley et al. 1985",
     "makes its own: small binary patterns", short_run(2000, 1e-2), make_boltzmann_machine_factory},
    {"rbm", "restricted Boltzmann machine", "Hinton 2002; Tieleman, ICML 2008",
     "MNIST or a set distributed like it; drawn binary, or static bits", short_run(25000, 1e-3),
     make_rbm_factory},
    {"deep-belief-network", "restricted machine above directed sigmoid layers",
     "Hinton, Osindero and Teh 2006; Salakhutdinov and Murray, ICML 2008",
     "MNIST or a set distributed like it; drawn binary, or static bits", staged_run(40000, 1e-3),
     make_deep_belief_network_factory},
    {"deep-boltzmann-machine", "layers of binary units, each linked to its neighbours",
     "Salakhutdinov and Hinton, AISTATS 2009",
     "MNIST or a set distributed like it; drawn binary, or static bits", short_run(20000, 1e-3),
     make_deep_boltzmann_machine_factory},
    {"discrete-vae", "variational autoencoder with binary latents under a Boltzmann prior",
     "arXiv:1609.02200", "MNIST or a set distributed like it; drawn binary", short_run(40000, 1e-3),
     make_discrete_vae_factory},
    {"energy-model", "density on the plane with a neural energy",
     "arXiv:1602.03264, arXiv:1904.09770", "makes its own: points of the plane",
     short_run(5000, 1e-3), make_energy_model_factory},
};

}  // namespace

std::span<const RegisteredModel> energy_models() { return kModels; }

}  // namespace vqcodec::models
