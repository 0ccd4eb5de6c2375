#include "models/generative/autoencoder.h"
#include "models/generative/categorical_vae.h"
#include "models/generative/conditional_vae.h"
#include "models/generative/half_picture.h"
#include "models/generative/iwae.h"
#include "models/generative/ladder_vae.h"
#include "models/generative/pixel_vae.h"
#include "models/generative/registry.h"
#include "models/generative/semi_supervised_stack.h"
#include "models/generative/short_run.h"
#include "models/generative/vae.h"
#include "models/generative/vq_vae.h"

namespace vqcodec::models {

namespace {

// The model's stages have rates of their own.
TrainerOptions staged_run(std::int64_t steps, double learning_rate) {
  auto options = short_run(steps, learning_rate);
  options.batch = 32;
  options.decay_start = 1;
  options.log_every = 100;
  return options;
}

const RegisteredModel kModels[] = {
    {"autoencoder", "deterministic autoencoder", "Hinton and Salakhutdinov, Science 313, 2006",
     "MNIST or a set distributed like it; grey levels", short_run(40000, 1e-3),
     make_autoencoder_factory},
    {"vae", "Gaussian variational autoencoder, beta-VAE", "arXiv:1312.6114, ICLR 2017 (beta)",
     "MNIST or a set distributed like it; drawn binary, or grey with --pixels grey",
     short_run(400000, 3e-3), make_vae_factory},
    {"iwae", "importance weighted autoencoder", "arXiv:1509.00519; dreg: arXiv:1810.04152",
     "MNIST or a set distributed like it; drawn binary", short_run(120000, 2e-3),
     make_iwae_factory},
    {"categorical-vae", "variational autoencoder with categorical latents",
     "arXiv:1611.01144, arXiv:1611.00712", "MNIST or a set distributed like it; drawn binary",
     short_run(60000, 1e-3), make_categorical_vae_factory},
    {"half-picture", "lower half of a picture given the upper, through categorical units",
     "arXiv:1611.01144, arXiv:1406.2989",
     "MNIST or a set distributed like it; drawn binary, or static bits", short_run(60000, 1e-2),
     make_half_picture_factory},
    {"rate-distortion-autoencoder", "variational autoencoder with Gaussian pixels",
     "ICLR 2017 (beta), arXiv:1711.00464; deviation: arXiv:2006.13202",
     "MNIST or a set distributed like it; grey levels", short_run(40000, 1e-3),
     make_rate_distortion_factory},
    {"pixel-vae", "variational autoencoder with an autoregressive decoder",
     "arXiv:1611.02731, arXiv:1611.05013", "MNIST or a set distributed like it; drawn binary",
     short_run(4000, 1e-3), make_pixel_vae_factory},
    {"conditional-vae", "variational autoencoder of pictures given their label",
     "Sohn, Lee and Yan, NeurIPS 2015",
     "MNIST or a set distributed like it, with labels; drawn binary", short_run(300000, 3e-3),
     make_conditional_vae_factory},
    {"semi-supervised-vae", "variational autoencoder whose labels are mostly missing",
     "arXiv:1406.5298", "MNIST or a set distributed like it, with labels; drawn binary",
     short_run(100000, 3e-3), make_semi_supervised_factory},
    {"ladder-vae", "variational autoencoder of several layers", "arXiv:1602.02282",
     "MNIST or a set distributed like it; drawn binary", short_run(100000, 1e-3),
     make_ladder_vae_factory},
    {"two-layer-iwae", "importance weighted autoencoder of two layers", "arXiv:1509.00519",
     "MNIST or a set distributed like it; drawn binary", short_run(100000, 2e-3),
     make_two_layer_iwae_factory},
    {"vq-vae", "autoencoder of discrete codes, with a prior over them", "arXiv:1711.00937",
     "CIFAR-10, MNIST or a set distributed like it, photographs; with labels for --classes",
     staged_run(8000, 1e-3), make_vq_vae_factory},
    {"vqvae2", "the same on grids of several sizes", "arXiv:1906.00446",
     "CIFAR-10, MNIST or a set distributed like it, photographs; with labels for --classes",
     staged_run(8000, 1e-3), make_vqvae2_factory},
};

}  // namespace

std::span<const RegisteredModel> latent_variable_models() { return kModels; }

}  // namespace vqcodec::models
