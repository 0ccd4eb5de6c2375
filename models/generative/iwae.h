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
  // The same with another k and gradient; scalar.
  torch::Tensor negative_bound(const torch::Tensor& x, std::int64_t samples,
                               const std::string& gradient, Rng& rng);

 private:
  torch::Tensor doubly_reparameterized_loss(const torch::Tensor& x, std::int64_t samples, Rng& rng);
  IwaeOptions own_;
};

// Of draws of a gradient, (draws,parameters): the length of its mean over that of its deviation,
// what the draws' own noise adds to the mean taken away (Rainforth et al., "Tighter Variational
// Bounds are Not Necessarily Better", arXiv:1802.04537, section 3). With k it falls as 1/sqrt(k) in
// the encoder under "iwae", and rises as sqrt(k) in the decoder.
double signal_to_noise(const torch::Tensor& gradients);

// The same of so many draws of negative_bound()'s gradient.
struct GradientSignal {
  double encoder = 0, decoder = 0;
};
GradientSignal gradient_signal(Iwae& model, const torch::Tensor& x, std::int64_t samples,
                               const std::string& gradient, std::int64_t draws, Rng& rng);

std::unique_ptr<ModelFactory> make_iwae_factory();

}  // namespace vqcodec::models
