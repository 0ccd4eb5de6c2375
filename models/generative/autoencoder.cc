#include "models/generative/autoencoder.h"

#include <algorithm>

#include "models/distributions.h"
#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

OptionList AutoencoderOptions::list() {
  return {
      {"code", "dimension of the code", IntegerOption{&code, 1, 4096}},
      {"hidden", "units of the encoder's layers", ListOption{&hidden, 1, 65536}},
      {"activation", "of these layers; none: a linear autoencoder",
       ChoiceOption{&activation, {"relu", "tanh", "none"}}},
      {"noise", "standard deviation added to the input while training", RealOption{&noise, 0, 10}}};
}

Autoencoder::Autoencoder(const AutoencoderOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  std::vector<std::int64_t> sizes = {shape.values()};
  sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  sizes.push_back(options.code);
  encoder_ = register_module("encoder", perceptron(sizes, options.activation));
  std::reverse(sizes.begin(), sizes.end());
  decoder_ = register_module("decoder", perceptron(sizes, options.activation));
}

torch::Tensor Autoencoder::encode(const torch::Tensor& x) { return encoder_->forward(x); }

torch::Tensor Autoencoder::decode(const torch::Tensor& latents) {
  return decoder_->forward(latents).view({-1, shape_.channels, shape_.height, shape_.width});
}

Loss Autoencoder::loss(const Batch& batch, Rng& rng) {
  auto seen = batch.images;
  if (is_training() && options_.noise > 0)
    seen = seen + options_.noise * torch::randn(seen.sizes(), rng);
  const auto error = sum_events((decode(encode(seen)) - batch.images).square()).mean();
  return {.total = error, .terms = {{"squared_error", error}}};
}

torch::Tensor Autoencoder::reconstruct(const Batch& batch, Rng& /*rng*/) {
  return decode(encode(batch.images)).clamp(0, 1);
}

Estimate Autoencoder::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                               Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  const auto error = sum_events((decode(encode(batch.images)) - batch.images).square());
  return {.per_example = -error.to(torch::kFloat64),
          .kind = EstimateKind::kNotALikelihood,
          .estimator = "minus the squared error"};
}

std::unique_ptr<ModelFactory> make_autoencoder_factory() {
  return std::make_unique<SimpleFactory<Autoencoder, AutoencoderOptions>>();
}

}  // namespace vqcodec::models
