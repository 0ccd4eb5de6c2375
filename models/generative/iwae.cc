#include "models/generative/iwae.h"

#include <algorithm>
#include <cmath>

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
  const auto loss = negative_bound(batch.images, own_.samples, own_.gradient, rng);
  return {.total = loss, .terms = {{"negative_bound_nats", loss}}};
}

torch::Tensor Iwae::negative_bound(const torch::Tensor& x, std::int64_t samples,
                                   const std::string& gradient, Rng& rng) {
  if (gradient == "dreg") return doubly_reparameterized_loss(x, samples, rng);
  return -importance_bound(log_weights(x, samples, rng)).mean();
}

// The value is that of -L_k. With w~ the normalized weights, the decoder's gradient is
// sum w~ dlog w and the encoder's sum w~^2 (dlog w/dz) (dz/dphi): log q's own parameters are held,
// and what flows into z is weighted once more.
torch::Tensor Iwae::doubly_reparameterized_loss(const torch::Tensor& x, std::int64_t samples,
                                                Rng& rng) {
  const auto q = repeated(posterior(x), samples);
  const auto z = q.sample(rng);  // (k N,latents)
  const DiagonalGaussian held{q.mean.detach(), q.log_variance.detach()};
  const auto log_weights =
      (log_joint(x.repeat({samples, 1, 1, 1}), z) - held.log_prob(z)).view({samples, x.size(0)});
  const auto share = log_weights.detach().softmax(0);  // (k,N)
  if (z.requires_grad())
    z.register_hook([share](torch::Tensor gradient) { return gradient * share.view({-1, 1}); });
  const auto surrogate = -(share * log_weights).sum(0).mean();
  const auto value = -importance_bound(log_weights.detach()).mean();
  return surrogate + (value - surrogate.detach());
}

double signal_to_noise(const torch::Tensor& gradients) {
  const auto variance = gradients.var(0).sum().item<double>();
  const auto squared_mean = gradients.mean(0).square().sum().item<double>() -
                            variance / static_cast<double>(gradients.size(0));
  return std::sqrt(std::max(0.0, squared_mean) / variance);
}

GradientSignal gradient_signal(Iwae& model, const torch::Tensor& x, std::int64_t samples,
                               const std::string& gradient, std::int64_t draws, Rng& rng) {
  std::vector<torch::Tensor> encoder, decoder;
  for (std::int64_t i = 0; i < draws; ++i) {
    model.zero_grad();
    model.negative_bound(x, samples, gradient, rng).backward();
    std::vector<torch::Tensor> of_encoder, of_decoder;
    for (const auto& parameter : model.named_parameters()) {
      const bool encodes = parameter.key().rfind("encoder", 0) == 0;
      (encodes ? of_encoder : of_decoder).push_back(parameter.value().grad().flatten().clone());
    }
    encoder.push_back(torch::cat(of_encoder));
    decoder.push_back(torch::cat(of_decoder));
  }
  return {.encoder = signal_to_noise(torch::stack(encoder)),
          .decoder = signal_to_noise(torch::stack(decoder))};
}

std::unique_ptr<ModelFactory> make_iwae_factory() {
  return std::make_unique<SimpleFactory<Iwae, IwaeOptions>>();
}

}  // namespace vqcodec::models
