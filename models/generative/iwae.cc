#include "models/generative/iwae.h"

#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList IwaeOptions::list() {
  OptionList options;
  for (auto& option : VaeOptions::list())
    if (option.name != "beta" && option.name != "free-bits" && option.name != "warm-up")
      options.push_back(std::move(option));
  options.push_back(
      {"samples", "k of the bound that is trained", IntegerOption{&samples, 1, 10000}});
  options.push_back({"gradient", "of the encoder; dreg: doubly reparameterized",
                     ChoiceOption{&gradient, {"iwae", "dreg"}}});
  return options;
}

Loss Iwae::loss(const Batch& batch, Rng& rng) {
  const auto& x = batch.images;
  if (own_.gradient == "dreg") {
    const auto loss = doubly_reparameterized_loss(x, rng);
    return {.total = loss, .terms = {{"negative_bound_nats", loss}}};
  }
  const auto loss = -importance_bound(log_weights(x, own_.samples, rng)).mean();
  return {.total = loss, .terms = {{"negative_bound_nats", loss}}};
}

// The value is that of -L_k. With w~ the normalized weights, the decoder's gradient is
// sum w~ dlog w and the encoder's sum w~^2 (dlog w/dz) (dz/dphi): log q's own parameters are held,
// and what flows into z is weighted once more.
torch::Tensor Iwae::doubly_reparameterized_loss(const torch::Tensor& x, Rng& rng) {
  const auto q = repeated(posterior(x), own_.samples);
  const auto z = q.sample(rng);  // (k N,latents)
  const DiagonalGaussian held{q.mean.detach(), q.log_variance.detach()};
  const auto log_weights = (log_joint(x.repeat({own_.samples, 1, 1, 1}), z) - held.log_prob(z))
                               .view({own_.samples, x.size(0)});
  const auto share = log_weights.detach().softmax(0);  // (k,N)
  if (z.requires_grad())
    z.register_hook([share](torch::Tensor gradient) { return gradient * share.view({-1, 1}); });
  const auto surrogate = -(share * log_weights).sum(0).mean();
  const auto value = -importance_bound(log_weights.detach()).mean();
  return surrogate + (value - surrogate.detach());
}

std::unique_ptr<ModelFactory> make_iwae_factory() {
  return std::make_unique<SimpleFactory<Iwae, IwaeOptions>>();
}

}  // namespace vqcodec::models
