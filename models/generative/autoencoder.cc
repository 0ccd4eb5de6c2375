#include "models/generative/autoencoder.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/rate_distortion.h"
#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

OptionList AutoencoderOptions::list() {
  return {
      {"code", "dimension of the code", IntegerOption{&code, 1, 4096}},
      {"hidden", "units of the encoder's layers, or channels", ListOption{&hidden, 1, 65536}},
      {"activation", "of these layers; none: a linear autoencoder",
       ChoiceOption{&activation, {"relu", "tanh", "none"}}},
      {"network", "of encoder and decoder; convolution: of stride 2",
       ChoiceOption{&network, {"perceptron", "convolution"}}},
      {"tied", "the decoder's weights are the encoder's, transposed", FlagOption{&tied}},
      {"error", "that is minimized; bernoulli: cross-entropy of the pixels",
       ChoiceOption{&error, {"squared", "bernoulli"}}},
      {"noise", "standard deviation added to the input while training", RealOption{&noise, 0, 10}}};
}

Autoencoder::Autoencoder(const AutoencoderOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  const CodingNetwork network = {options.network, options.hidden, options.activation};
  encoder_ = register_module("encoder", encoder_network(network, shape, options.code));
  if (!options.tied) {
    decoder_ = register_module("decoder", decoder_network(network, options.code, shape));
    return;
  }
  if (options.network != "perceptron")
    throw Error(ErrorKind::kUsage, "autoencoder: --tied with --network ", options.network,
                ", expected perceptron");
  std::vector<std::int64_t> sizes(options.hidden.rbegin(), options.hidden.rend());
  sizes.push_back(shape.values());
  for (std::size_t i = 0; i < sizes.size(); ++i)
    tied_biases_.push_back(
        register_parameter("tied_bias" + std::to_string(i), torch::zeros({sizes[i]})));
}

torch::Tensor Autoencoder::encode(const torch::Tensor& x) { return encoder_->forward(x); }

torch::Tensor Autoencoder::tied_output(torch::Tensor h) {
  std::vector<torch::Tensor> weights;  // the encoder's, last layer first
  for (const auto& parameter : encoder_->parameters())
    if (parameter.dim() == 2) weights.insert(weights.begin(), parameter);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    h = torch::nn::functional::linear(h, weights[i].t(), tied_biases_[i]);
    if (i + 1 < weights.size()) h = activated(h, options_.activation);
  }
  return h;
}

torch::Tensor Autoencoder::output(const torch::Tensor& latents) {
  const auto values = options_.tied ? tied_output(latents) : decoder_->forward(latents);
  return values.view({-1, shape_.channels, shape_.height, shape_.width});
}

torch::Tensor Autoencoder::decode(const torch::Tensor& latents) {
  return options_.error == "squared" ? output(latents) : Bernoulli{output(latents)}.mean();
}

torch::Tensor Autoencoder::errors(const torch::Tensor& seen, const torch::Tensor& x) {
  const auto values = output(encode(seen));
  return options_.error == "squared" ? sum_events((values - x).square())
                                     : -Bernoulli{values}.log_prob(x);
}

Loss Autoencoder::loss(const Batch& batch, Rng& rng) {
  auto seen = batch.images;
  if (is_training() && options_.noise > 0)
    seen = seen + options_.noise * torch::randn(seen.sizes(), rng, seen.options());
  const auto error = errors(seen, batch.images).mean();
  return {.total = error, .terms = {{options_.error + "_error", error}}};
}

torch::Tensor Autoencoder::reconstruct(const Batch& batch, Rng& /*rng*/) {
  return decode(encode(batch.images)).clamp(0, 1);
}

Estimate Autoencoder::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                               Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  return {.per_example = -errors(batch.images, batch.images).to(torch::kFloat64),
          .kind = EstimateKind::kNotALikelihood,
          .estimator = "minus the " + options_.error + " error"};
}

std::vector<Figure> Autoencoder::figures(const Batch& batch, const EvaluationOptions& /*options*/,
                                         Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto rebuilt = sum_events((reconstruct(batch, rng) - batch.images).square());
  const auto components = std::to_string(options_.code);
  return {mean_figure("squared_error", rebuilt, "grey levels of 0..1", "sum over the pixels"),
          mean_figure("pca_squared_error", principal_component_errors(batch.images, options_.code),
                      "grey levels of 0..1",
                      components + " principal components of these very pictures")};
}

torch::Tensor principal_component_errors(const torch::Tensor& x, std::int64_t components) {
  const auto flat = x.flatten(1).to(torch::kFloat64);
  const auto centered = flat - flat.mean(0);
  const auto vectors = std::get<1>(torch::linalg_eigh(torch::matmul(centered.t(), centered), "L"));
  const auto kept = std::min(components, flat.size(1));
  const auto principal = vectors.slice(1, flat.size(1) - kept);  // of the largest variances
  // Of orthonormal coordinates, what is left out is the error.
  return (centered.square().sum(1) - torch::matmul(centered, principal).square().sum(1))
      .clamp_min(0);
}

std::unique_ptr<ModelFactory> make_autoencoder_factory() {
  return std::make_unique<SimpleFactory<Autoencoder, AutoencoderOptions>>();
}

}  // namespace vqcodec::models
