#include "models/generative/vq_vae.h"

#include <cmath>

#include "entropy/error.h"
#include "models/codebook_usage.h"
#include "models/device.h"
#include "models/generative/code_map_coder.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

std::size_t at(std::int64_t level) { return static_cast<std::size_t>(level); }

constexpr double kLeastVariance = 1e-4;  // of a batch's pixels: flat pictures divide by this

}  // namespace

OptionList VqVaeOptions::list() {
  OptionList options = {
      {"levels", "grids of codes", IntegerOption{&levels, 1, 8}},
      {"halvings", "of the picture's sides to the finest grid; to coarser ones, one more each",
       IntegerOption{&halvings, 1, 8}},
      {"channels", "of encoder and decoder", IntegerOption{&network.channels, 1, 4096}},
      {"blocks", "residual ones, in a row", IntegerOption{&network.blocks, 0, 100}},
      {"drop", "share of the pictures that the decoder is trained on without finer levels",
       RealOption{&drop, 0, 1}},
      {"classes", "of labels that the priors are given; 0: none",
       IntegerOption{&classes, 0, 100000}},
      {"prior-channels", "of each stack of the priors", IntegerOption{&prior_channels, 1, 4096}},
      {"prior-layers", "of each stack of the priors", IntegerOption{&prior_layers, 1, 1000}},
      {"attention-every",
       "layers from one causal attention of the coarsest prior to the next; 0: none",
       IntegerOption{&attention_every, 0, 1000}}};
  for (auto& option : codebook.list()) options.push_back(std::move(option));
  return options;
}

VqVae::VqVae(const VqVaeOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  const auto cell = std::int64_t{1} << (options.halvings + options.levels - 1);
  if (shape.height % cell != 0 || shape.width % cell != 0)
    throw Error(ErrorKind::kUsage, "pictures of ", shape.height, "x", shape.width,
                ", expected sides that are multiples of ", cell,
                "; take fewer --levels or --halvings");
  const auto channels = options.network.channels, words = options.codebook.dimension;
  for (std::int64_t l = 0; l < options.levels; ++l) {
    const auto number = std::to_string(l);
    const bool finest = l + 1 == options.levels, coarsest = l == 0;
    encoders_.push_back(register_module(
        "encoder" + number, map_encoder(options.network, finest ? shape.channels : channels,
                                        finest ? options.halvings : 1)));
    from_above_.emplace_back(nullptr);
    contexts_.emplace_back(nullptr);
    if (!coarsest) {
      from_above_.back() = register_module(
          "from_above" + number, map_decoder(options.network, l * words, channels, /*h=*/1));
      const auto wide = options.prior_channels;
      contexts_.back() =
          register_module("context" + number,
                          torch::nn::Sequential(same_size(l * words, wide, 3), torch::nn::ReLU(),
                                                same_size(wide, wide, 3), torch::nn::ReLU()));
    }
    to_latents_.push_back(register_module("to_latent" + number,
                                          same_size(coarsest ? channels : 2 * channels, words, 1)));
    codebooks_.push_back(register_module("codebook" + number, LearnedCodebook(options.codebook)));
    absent_.push_back(coarsest ? torch::Tensor()
                               : register_parameter("absent" + number, torch::zeros({words})));
    priors_.push_back(register_module(
        "prior" + number,
        std::make_shared<PixelCnn>(
            PixelCnnOptions{.channels = options.prior_channels,
                            .layers = options.prior_layers,
                            .kernel = 3,
                            .first_kernel = 5,
                            .classes = options.classes,
                            .attention_every = coarsest ? options.attention_every : 0,
                            .pixels = "softmax",
                            .levels = options.codebook.codewords,
                            .embedding = options.prior_channels,
                            .map_channels = coarsest ? 0 : options.prior_channels},
            grid(l))));
  }
  decoder_ = register_module("decoder", map_decoder(options.network, options.levels * words,
                                                    shape.channels, options.halvings));
  observation_ = register_module(
      "observation",
      Observation(
          ObservationOptions{.likelihood = "logistic", .deviation = "learned", .sigma = 0.05},
          shape));
}

PictureShape VqVae::grid(std::int64_t level) const {
  const auto cell = std::int64_t{1} << (options_.halvings + options_.levels - 1 - level);
  return {.channels = 1, .height = shape_.height / cell, .width = shape_.width / cell};
}

double VqVae::most_rate_nats() const {
  double places = 0;
  for (std::int64_t l = 0; l < levels(); ++l) places += static_cast<double>(grid(l).values());
  return places * std::log(static_cast<double>(options_.codebook.codewords));
}

// arXiv:1906.00446, algorithm 1, from the top down.
VqVae::Coded VqVae::coded(const torch::Tensor& x, Codebooks codebooks, Rng* rng) {
  std::vector<torch::Tensor> features(at(levels()));
  for (auto l = levels() - 1; l >= 0; --l)
    features[at(l)] = encoders_[at(l)]->forward(l + 1 == levels() ? x : features[at(l + 1)]);
  Coded result{
      .unquantized = {}, .latents = {}, .codes = {}, .loss = torch::zeros({}, x.options())};
  for (std::int64_t l = 0; l < levels(); ++l) {
    auto seen = features[at(l)];
    if (l > 0) seen = torch::cat({seen, from_above_[at(l)]->forward(gathered(result.latents))}, 1);
    const auto z = to_latents_[at(l)]->forward(seen);  // (N,D,H,W)
    result.unquantized.push_back(z);
    auto& codebook = codebooks_[at(l)];
    if (codebooks == Codebooks::kStarting) codebook->start_from(z, *rng);
    if (codebooks == Codebooks::kFixed) {
      result.codes.push_back(codebook->codes_of(z));
      result.latents.push_back(codebook->lookup(result.codes.back()));
      continue;
    }
    auto quantized = codebook->forward(z, temperature_, *rng);
    result.latents.push_back(quantized.latents);
    result.codes.push_back(quantized.codes);
    result.loss = result.loss + quantized.loss;
  }
  return result;
}

torch::Tensor VqVae::decoded(const std::vector<torch::Tensor>& latents,
                             const torch::Tensor& known) {
  std::vector<torch::Tensor> shown = {latents[0]};
  for (std::int64_t l = 1; l < levels(); ++l)
    shown.push_back(torch::where((known > l).view({-1, 1, 1, 1}), latents[at(l)],
                                 absent_[at(l)].view({1, -1, 1, 1})));
  return decoder_->forward(gathered(shown));
}

torch::Tensor VqVae::known_levels(std::int64_t n, Rng& rng) const {
  const auto whole = torch::dtype(torch::kInt64).device(device_of(*this));
  const auto all = torch::full({n}, levels(), whole);
  if (levels() == 1) return all;
  const auto some = torch::randint(1, levels(), {n}, rng, whole);
  return torch::where(torch::rand({n}, rng, whole.dtype(torch::kFloat32)) < options_.drop, some,
                      all);
}

std::vector<torch::Tensor> VqVae::looked_up(const Codes& codes) const {
  std::vector<torch::Tensor> latents;
  for (std::size_t l = 0; l < codes.size(); ++l)
    latents.push_back(codebooks_[l]->lookup(codes[l]).detach());
  return latents;
}

std::vector<torch::Tensor> VqVae::unquantized(const torch::Tensor& x) {
  torch::NoGradGuard no_grad;
  return coded(x, Codebooks::kFixed, nullptr).unquantized;
}

VqVae::Codes VqVae::codes_of(const torch::Tensor& x) {
  torch::NoGradGuard no_grad;
  return coded(x, Codebooks::kFixed, nullptr).codes;
}

torch::Tensor VqVae::pictures_of(const Codes& codes, std::int64_t known) {
  return decoded(looked_up(codes), torch::full({codes[0].size(0)}, known, codes[0].options()));
}

torch::Tensor VqVae::prior_map(const Codes& codes, std::int64_t level) {
  if (level == 0) return {};
  const auto above = looked_up(Codes(codes.begin(), codes.begin() + level));
  return enlarged(contexts_[at(level)]->forward(gathered(above)), 2);
}

torch::Tensor VqVae::code_log_prob(const Codes& codes, std::int64_t level,
                                   const torch::Tensor& labels) {
  return prior(level).log_prob_given(levels_of_codes(codes[at(level)], codebook(level)->size()),
                                     labels, prior_map(codes, level));
}

VqVae::Codes VqVae::sample_codes(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto labels = prior(0).labels_of(n, options, rng);
  Codes codes;
  for (std::int64_t l = 0; l < levels(); ++l)
    codes.push_back(codes_of_levels(prior(l).sample_given(n, labels, prior_map(codes, l), rng),
                                    codebook(l)->size()));
  return codes;
}

void VqVae::begin_step(const Progress& progress) {
  stages_.advance(progress);
  codebooks_start_ = progress.step == 0;
  temperature_ = std::pow(options_.codebook.temperature, std::min(1.0, 2 * progress.share()));
}

Loss VqVae::loss(const Batch& batch, Rng& rng) {
  return stages_.current == 0 ? autoencoder_loss(batch.images, rng) : prior_loss(batch);
}

// The squared error in units of the pixels' variance, so that beta means the same of all sets; and
// the pixels' likelihood, for which the scale alone is learned.
Loss VqVae::autoencoder_loss(const torch::Tensor& x, Rng& rng) {
  auto code = coded(x, codebooks_start_ ? Codebooks::kStarting : Codebooks::kLearning, &rng);
  codebooks_start_ = false;
  const auto output = decoded(code.latents, known_levels(x.size(0), rng));
  const auto distortion = (x - output).square().mean() / x.var().clamp_min(kLeastVariance);
  const auto nll = -observation_->around(output.detach()).log_prob(x).mean();
  return {
      .total = distortion + code.loss + nll / static_cast<double>(shape_.values()),
      .terms = {
          {"mse_over_variance", distortion}, {"codebook_loss", code.loss}, {"pixel_nats", nll}}};
}

Loss VqVae::prior_loss(const Batch& batch) {
  const auto codes = codes_of(batch.images);
  Loss loss{.total = torch::zeros({}, batch.images.options()), .terms = {}};
  for (std::int64_t l = 0; l < levels(); ++l) {
    const auto nll = -code_log_prob(codes, l, batch.labels).mean();
    loss.total = loss.total + nll;
    loss.terms.emplace_back("code_nats_" + std::to_string(l),
                            nll / static_cast<double>(grid(l).values()));
  }
  return loss;
}

void VqVae::end_step(const Batch& /*batch*/, Rng& rng) {
  for (auto& codebook : codebooks_) codebook->follow(rng);
}

Health VqVae::health() const {
  Health health;
  for (std::size_t l = 0; l < codebooks_.size(); ++l) {
    if (stages_.current > 0 || !codebooks_[l]->last_codes().defined()) continue;
    const auto uses = torch::bincount(codebooks_[l]->last_codes(), {}, codebooks_[l]->size());
    const auto number = std::to_string(l);
    health.values.emplace_back("perplexity_" + number, perplexity_of(uses));
    health.values.emplace_back("restarted_" + number,
                               static_cast<double>(codebooks_[l]->restarted()));
    health.values.emplace_back("distance_from_means_" + number,
                               codebooks_[l]->distance_from_means());
  }
  return health;
}

std::vector<ParameterGroup> VqVae::parameter_groups() {
  ParameterGroup codewords{.parameters = {},
                           .rate_factor = stages_.rate_factor * options_.codebook.codebook_rate};
  ParameterGroup others{.parameters = {}, .rate_factor = stages_.rate_factor};
  for (const auto& item : named_parameters()) {
    const bool is_codeword = item.key().ends_with(".codewords");
    (is_codeword ? codewords : others).parameters.push_back(item.value());
  }
  if (codewords.parameters.empty()) return {others};
  return {others, codewords};
}

torch::Tensor VqVae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  return pictures_of(sample_codes(n, options, rng)).clamp(0, 1);
}

torch::Tensor VqVae::reconstruct(const Batch& batch, Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  return pictures_of(codes_of(batch.images)).clamp(0, 1);
}

std::unique_ptr<ModelFactory> make_vq_vae_factory() {
  const VqVaeOptions one_level;
  return std::make_unique<SimpleFactory<VqVae, VqVaeOptions>>(one_level);
}

std::unique_ptr<ModelFactory> make_vqvae2_factory() {
  VqVaeOptions two_levels;
  two_levels.levels = 2;
  two_levels.halvings = 1;
  return std::make_unique<SimpleFactory<VqVae, VqVaeOptions>>(two_levels);
}

}  // namespace vqcodec::models
