#include "models/generative/autoencoder.h"
#include "models/generative/categorical_vae.h"
#include "models/generative/iwae.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"
#include "models/generative/vae.h"

namespace vqcodec::models {

namespace {

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
};

}  // namespace

std::span<const RegisteredModel> latent_variable_models() { return kModels; }

}  // namespace vqcodec::models
