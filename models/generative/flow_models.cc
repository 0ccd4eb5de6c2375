#include "models/generative/flow_vae.h"
#include "models/generative/full_gaussian.h"
#include "models/generative/glow.h"
#include "models/generative/maf.h"
#include "models/generative/nice.h"
#include "models/generative/plane_flow.h"
#include "models/generative/real_nvp.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"

namespace vqcodec::models {

namespace {

// Draws are cheap, and their mean is the loss.
TrainerOptions plane_run(std::int64_t steps, double learning_rate) {
  auto options = short_run(steps, learning_rate);
  options.batch = 500;
  options.clip_norm = 10;
  return options;
}

// Densities are steep: log-likelihoods of thousands of nats.
TrainerOptions density_run(std::int64_t steps, std::int64_t batch, double learning_rate) {
  auto options = short_run(steps, learning_rate);
  options.batch = batch;
  options.clip_norm = 1000;
  options.log_every = 100;
  return options;
}

// One step, of the whole set.
TrainerOptions closed_form() {
  auto options = short_run(1, 1e-3);
  options.batch = 65536;
  return options;
}

const RegisteredModel kModels[] = {
    {"planar-flow", "planar maps of a Gaussian to a known density on the plane", "arXiv:1505.05770",
     "needs none", plane_run(20000, 2e-3), make_planar_flow_factory},
    {"coupling-flow", "Real NVP's affine couplings, to the same densities", "arXiv:1605.08803",
     "needs none", plane_run(10000, 2e-3), make_coupling_flow_factory},
    {"flow-vae", "variational autoencoder whose posterior goes through a flow",
     "arXiv:1505.05770; iaf: arXiv:1606.04934", "MNIST or a set distributed like it; drawn binary",
     short_run(100000, 2e-3), make_flow_vae_factory},
    {"nice", "additive couplings", "arXiv:1410.8516",
     "MNIST or a set distributed like it; grey levels, dequantized", density_run(10000, 100, 1e-3),
     make_nice_factory},
    {"real-nvp", "affine couplings at several resolutions", "arXiv:1605.08803",
     "MNIST, CIFAR-10 or photographs; levels, dequantized", density_run(10000, 32, 1e-3),
     make_real_nvp_factory},
    {"glow", "affine couplings and 1x1 convolutions at several resolutions", "arXiv:1807.03039",
     "MNIST, CIFAR-10 or photographs; levels, dequantized", density_run(10000, 32, 1e-3),
     make_glow_factory},
    {"maf", "masked autoregressive flow", "arXiv:1705.07057",
     "MNIST, CIFAR-10 or photographs; levels, dequantized", density_run(20000, 100, 1e-3),
     make_maf_factory},
    {"full-gaussian", "one Gaussian with all of its covariance, for comparison", "textbook",
     "MNIST, CIFAR-10 or photographs; levels, dequantized", closed_form(),
     make_full_gaussian_factory},
};

}  // namespace

std::span<const RegisteredModel> flow_models() { return kModels; }

}  // namespace vqcodec::models
