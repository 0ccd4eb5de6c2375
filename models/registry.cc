#include "models/registry.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/autoencoder.h"
#include "models/categorical_vae.h"
#include "models/iwae.h"
#include "models/pixelcnn.h"
#include "models/rbm.h"
#include "models/vae.h"

namespace vqcodec::models {

namespace {

// A run of some minutes on two cores.
TrainerOptions short_run(std::int64_t steps, double learning_rate) {
  return {.steps = steps,
          .batch = 100,
          .learning_rate = learning_rate,
          .decay_start = 0.5,
          .decay = 0.02,
          .clip_norm = 100,
          .log_every = 500,
          .run_folder = {}};
}

const RegisteredModel kModels[] = {
    {"autoencoder", "deterministic autoencoder", "Hinton and Salakhutdinov, Science 313, 2006",
     "MNIST or a set distributed like it; grey levels", short_run(40000, 1e-3),
     make_autoencoder_factory},
    {"vae", "Gaussian variational autoencoder, beta-VAE", "arXiv:1312.6114, ICLR 2017 (beta)",
     "MNIST or a set distributed like it; drawn binary, or grey with --pixels grey",
     short_run(150000, 1e-3), make_vae_factory},
    {"iwae", "importance weighted autoencoder", "arXiv:1509.00519; dreg: arXiv:1810.04152",
     "MNIST or a set distributed like it; drawn binary", short_run(60000, 1e-3), make_iwae_factory},
    {"categorical-vae", "variational autoencoder with categorical latents",
     "arXiv:1611.01144, arXiv:1611.00712", "MNIST or a set distributed like it; drawn binary",
     short_run(60000, 1e-3), make_categorical_vae_factory},
    {"rbm", "restricted Boltzmann machine", "Hinton 2002; Tieleman, ICML 2008",
     "MNIST or a set distributed like it; drawn binary, or static bits", short_run(25000, 1e-3),
     make_rbm_factory},
    {"pixelcnn", "gated PixelCNN", "arXiv:1606.05328",
     "MNIST or a set distributed like it, drawn binary, or static bits; labels with --classes",
     short_run(4000, 2e-3), make_pixelcnn_factory},
};

}  // namespace

std::span<const RegisteredModel> registered_models() { return kModels; }

const RegisteredModel& registered_model(const std::string& name) {
  const auto found = std::ranges::find(kModels, name, &RegisteredModel::name);
  if (found == std::end(kModels))
    throw Error(ErrorKind::kUsage, "there is no model called ", name, "; see train --list");
  return *found;
}

}  // namespace vqcodec::models
