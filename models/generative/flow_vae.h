// models/generative/flow_vae.h: variational autoencoder whose posterior goes through a flow.
// Sources: Rezende and Mohamed, arXiv:1505.05770 (planar maps); Kingma et al., "Improving
// Variational Inference with Inverse Autoregressive Flow", arXiv:1606.04934.
#pragma once

#include "models/generative/autoregressive_flow.h"
#include "models/generative/planar_map.h"
#include "models/generative/vae.h"

namespace vqcodec::models {

struct FlowVaeOptions : VaeOptions {
  std::string flow = "planar";             // or "shared-planar", one for all pictures; "iaf"
  std::int64_t maps = 10;                  // K; without any it is the Vae
  std::int64_t context = 100;              // values that an inverse autoregressive flow sees of x
  std::vector<std::int64_t> made = {200};  // units of its networks

  OptionList list();
};

class FlowVae : public Vae {
 public:
  FlowVae(const FlowVaeOptions& options, const PictureShape& shape);

  struct Draw {
    torch::Tensor z, log_q;  // (S N,latents), (S N) nats
  };
  // z_K = f_K(.. f_1(z_0)), log q(z_K|x) = log q(z_0|x) - sum_k log |det df_k| (arXiv:1505.05770,
  // eq. 7), `samples` for each picture, picture after picture.
  Draw draw(const torch::Tensor& x, std::int64_t samples, Rng& rng);
  torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) override;

  // -ELBO of one draw: log q(z_K|x) - log p(x,z_K) (arXiv:1505.05770, eq. 15).
  Loss loss(const Batch& batch, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  // The likelihood's, and rate, distortion and their sum, of one draw.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  // z through all maps; context: (N,values), what the encoder says.
  Mapped mapped(const torch::Tensor& z, const torch::Tensor& context);
  PlanarMap planar_maps(const torch::Tensor& context) const;  // (1 or N,K,latents), ...

  FlowVaeOptions own_;
  PlanarMap planar_;  // (K,latents), (K,latents), (K)
  std::vector<std::shared_ptr<InverseAutoregressiveFlow>> iaf_;
};

std::unique_ptr<ModelFactory> make_flow_vae_factory();

}  // namespace vqcodec::models
