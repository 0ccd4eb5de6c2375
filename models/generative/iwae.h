// models/generative/iwae.h: importance weighted autoencoder.
// Sources: Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", arXiv:1509.00519;
// Tucker et al., "Doubly Reparameterized Gradient Estimators", arXiv:1810.04152.
#pragma once

#include "models/generative/vae.h"

namespace vqcodec::models {

struct IwaeOptions : VaeOptions {
  std::int64_t samples = 5;       // k of the bound that is trained
  std::string gradient = "iwae";  // or "dreg": the encoder's by arXiv:1810.04152, eq. 8

  OptionList list();
};

class Iwae : public Vae {
 public:
  Iwae(const IwaeOptions& options, const PictureShape& shape)
      : Vae(options, shape), own_(options) {}

  // Eq. 8: -L_k = -E log 1/k sum_i p(x,z_i) / q(z_i|x), in nats per picture. beta, free bits and
  // warm-up have no place in it.
  Loss loss(const Batch& batch, Rng& rng) override;

 private:
  torch::Tensor doubly_reparameterized_loss(const torch::Tensor& x, Rng& rng);
  IwaeOptions own_;
};

std::unique_ptr<ModelFactory> make_iwae_factory();

}  // namespace vqcodec::models
