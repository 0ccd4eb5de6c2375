#include "models/generative/translation.h"

#include <algorithm>
#include <cmath>

#include "models/generative/sequences.h"
#include "models/gradient_estimators.h"

namespace vqcodec::models {

namespace {

constexpr double kMemory = 0.99;    // of the moving averages of the bounds
constexpr std::int64_t kDraws = 2;  // of the languages' term

std::int64_t places_in(const torch::Tensor& symbols) {
  return std::max<std::int64_t>(1, places_of(symbols).sum().item<std::int64_t>());
}

// Some symbols drawn anew.
torch::Tensor noisy(const torch::Tensor& symbols, std::int64_t alphabet, double share, Rng& rng) {
  if (share == 0) return symbols;
  const auto any = torch::randint(alphabet, symbols.sizes(), rng, symbols.options());
  const auto is_noise =
      torch::rand(symbols.sizes(), rng, symbols.options().dtype(torch::kFloat32)) < share;
  return torch::where(is_noise.logical_and(places_of(symbols)), any, symbols);
}

// In percent of the places whose truth is known.
Figure share_right(const char* name, const torch::Tensor& found, const torch::Tensor& truth,
                   const char* estimator) {
  const auto right = (found == truth).masked_select(places_of(truth)).to(torch::kFloat64);
  const auto share = right.mean().item<double>();
  return {
      .name = name,
      .value = 100 * share,
      .standard_error = 100 * std::sqrt(share * (1 - share) / static_cast<double>(right.numel())),
      .unit = "%",
      .estimator = estimator};
}

Figure per_place(const char* name, const torch::Tensor& log_prob, const torch::Tensor& symbols,
                 const std::string& estimator) {
  const auto places =
      static_cast<double>(places_in(symbols)) / static_cast<double>(symbols.size(0));
  return mean_figure(name, -log_prob / places, "nats per symbol", estimator);
}

}  // namespace

OptionList TranslationOptions::list() {
  return {
      {"tries", "pairs of translators that learn side by side; the smallest bound is used",
       IntegerOption{&tries, 1, 64}},
      {"layers", "convolutions of Q(z|y), with dilations 1, 2, 4, ...",
       IntegerOption{&layers, 0, 16}},
      {"channels", "of these", IntegerOption{&channels, 1, 4096}},
      {"order", "symbols that the language models remember", IntegerOption{&order, 1, 3}},
      {"beta", "weight of ln P(z)/Q(z|y); 0: back-translation alone", RealOption{&beta, 0, 100}},
      {"denoising", "share of symbols drawn anew in what Q(z|y) learns from, at first",
       RealOption{&denoising, 0, 1}},
      {"channel-rate", "learning rate of P(y|z), as a multiple",
       RealOption{&channel_rate, 0, 1000}}};
}

torch::Tensor back_translation(Translator& scored, Translator& draws, const torch::Tensor& x,
                               double noise, Rng& rng) {
  auto hidden = draws->sample(x, rng);
  hidden = noisy(hidden, draws->outputs(), noise, rng);
  return -scored->log_prob(x, hidden);
}

torch::Tensor language_bound(Translator& scored, Translator& draws, const torch::Tensor& x,
                             const std::function<torch::Tensor(const torch::Tensor&)>& log_prior,
                             double beta, Rng& rng) {
  const auto all = x.repeat({kDraws, 1});
  const auto hidden = draws->sample(all, rng);
  const auto log_q = draws->log_prob(hidden, all).view({kDraws, -1});
  torch::NoGradGuard no_grad;
  const auto log_p =
      (log_prior(hidden) + scored->log_prob(all, hidden) / beta).view({kDraws, -1}).to(log_q);
  const auto baseline = mean_of_the_others(log_p - log_q);
  torch::AutoGradMode with_gradients(true);
  return -beta * score_function_surrogate(log_p, log_q, baseline).mean(0);
}

Translation::Translation(const TranslationOptions& options, const CipherOptions& language,
                         const PictureShape& shape)
    : options_(options),
      symbols_(language.symbols),
      blank_(language.symbols),
      length_(shape.width),
      insertions_(language.insertions) {
  const auto inputs = symbols_ + (insertions_ > 0 ? 1 : 0);
  for (std::int64_t i = 0; i < options.tries; ++i) {
    const TranslatorPair pair{
        .channel = Translator(TranslatorOptions{.inputs = inputs, .outputs = symbols_}),
        .inverse = Translator(TranslatorOptions{.inputs = symbols_,
                                                .outputs = inputs,
                                                .layers = options.layers,
                                                .channels = options.channels})};
    register_module("channel" + std::to_string(i), pair.channel);
    register_module("inverse" + std::to_string(i), pair.inverse);
    tries_.push_back(pair);
  }
  source_ = register_module("source", CountedLanguage(symbols_, options.order));
  target_ = register_module("target", CountedLanguage(symbols_, options.order));
  bounds_ = register_buffer("bounds", torch::zeros({options.tries}, torch::kFloat64));
  if (shape.channels > kTruth) key_ = cipher_key(symbols_, language.cipher_seed);
}

std::size_t Translation::chosen() const {
  return static_cast<std::size_t>(bounds_.argmin().item<std::int64_t>());
}

torch::Tensor Translation::log_source(const torch::Tensor& source_with_blanks) const {
  const auto is_symbol = places_of(source_with_blanks).logical_and(source_with_blanks != blank_);
  const auto text = source_->log_prob(compacted(source_with_blanks, is_symbol));
  if (insertions_ == 0) return text;
  const auto blanks = (source_with_blanks == blank_).sum(1).to(text);
  const auto symbols = is_symbol.sum(1).to(text);
  return text + blanks * std::log(insertions_) + symbols * std::log1p(-insertions_);
}

torch::Tensor Translation::log_target(const torch::Tensor& target) const {
  return target_->log_prob(target);
}

torch::Tensor Translation::cipher(std::size_t one_try) const {
  torch::NoGradGuard no_grad;
  return tries_[one_try].channel->table().slice(0, 0, symbols_).softmax(1);
}

void Translation::begin_step(const Progress& progress) {
  noise_ = options_.denoising * std::max(0.0, 1 - 2 * progress.share());
}

std::vector<ParameterGroup> Translation::parameter_groups() {
  std::vector<ParameterGroup> groups(2);
  groups[0].rate_factor = options_.channel_rate;
  for (const auto& pair : tries_) {
    for (const auto& parameter : pair.channel->parameters())
      groups[0].parameters.push_back(parameter);
    for (const auto& parameter : pair.inverse->parameters())
      groups[1].parameters.push_back(parameter);
  }
  return groups;
}

torch::Tensor Translation::log_weights(TranslatorPair& pair, const torch::Tensor& y, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto z = pair.inverse->sample(y, rng);
  return pair.channel->log_prob(y, z) + log_source(z) - pair.inverse->log_prob(z, y);
}

Translation::TryLosses Translation::losses(TranslatorPair& pair, const torch::Tensor& z,
                                           const torch::Tensor& y, Rng& rng) {
  const auto each = 1 / static_cast<double>(places_in(y));
  auto& [channel, inverse] = pair;
  TryLosses result;
  result.back_translation = (back_translation(channel, inverse, y, 0, rng).sum() +
                             back_translation(inverse, channel, z, noise_, rng).sum()) *
                            each;
  result.language = torch::zeros({});
  if (options_.beta > 0) {
    const auto of_z = [&](const torch::Tensor& x) { return log_source(x); };
    const auto of_y = [&](const torch::Tensor& x) { return log_target(x); };
    result.language = (language_bound(channel, inverse, y, of_z, options_.beta, rng).sum() +
                       language_bound(inverse, channel, z, of_y, options_.beta, rng).sum()) *
                      each;
  }
  result.bound = -log_weights(pair, y, rng).sum() * each;
  return result;
}

Loss Translation::loss(const Batch& batch, Rng& rng) {
  const auto text = plane_of(batch.images, kSource), y = plane_of(batch.images, kTarget);
  const auto z = with_blanks(text, blank_, insertions_, rng);
  if (is_training()) {
    source_->count(text);
    target_->count(y);
  }
  Loss loss{.total = torch::zeros({}), .terms = {}};
  for (std::size_t i = 0; i < tries_.size(); ++i) {
    const auto found = losses(tries_[i], z, y, rng);
    loss.total = loss.total + found.back_translation + found.language;
    loss.terms.emplace_back("bound_" + std::to_string(i + 1), found.bound);
    if (!is_training()) continue;
    auto average = bounds_[static_cast<std::int64_t>(i)];
    const bool is_first = average.item<double>() == 0;
    average.lerp_(found.bound.to(torch::kFloat64), is_first ? 1 : 1 - kMemory);
  }
  return loss;
}

Health Translation::health() const {
  Health health;
  if (!key_.defined()) return health;
  for (std::size_t i = 0; i < tries_.size(); ++i) {
    const auto right =
        (cipher(i).argmax(1) == key_.to(bounds_.device())).to(torch::kFloat64).mean();
    health.values.emplace_back("key_right_" + std::to_string(i + 1), right.item<double>());
  }
  health.values.emplace_back("chosen", static_cast<double>(chosen() + 1));
  return health;
}

torch::Tensor Translation::sample(std::int64_t n, const SampleOptions& /*options*/, Rng& rng) {
  const auto text = source_->source().sample(n, length_, rng);
  const auto z = with_blanks(text, blank_, insertions_, rng);
  const auto y = tries_[chosen()].channel->sample(z, rng);
  return as_pictures({z, y});
}

torch::Tensor Translation::reconstruct(const Batch& batch, Rng& /*rng*/) {
  auto& pair = tries_[chosen()];
  const auto z = pair.inverse->likeliest(plane_of(batch.images, kTarget));
  auto result = batch.images.clone();
  result.narrow(1, kSource, 2).copy_(as_pictures({z, pair.channel->likeliest(z)}));
  return result;
}

Estimate Translation::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  auto& pair = tries_[chosen()];
  return importance_estimate(batch.images, options.samples, [&](const torch::Tensor& x) {
    const auto y = plane_of(x, kTarget).repeat({options.samples, 1});
    return log_weights(pair, y, rng).view({options.samples, -1});
  });
}

torch::Tensor Translation::matched_by_frequency(const torch::Tensor& target) const {
  const auto by_rank = [](const CountedLanguage& language) {
    return language->occurrences().argsort(0, /*descending=*/true);
  };
  auto match = torch::empty({symbols_}, target.options());
  match.index_put_({by_rank(target_)}, by_rank(source_));
  return match.take(target.clamp_min(0));
}

std::vector<Figure> Translation::figures(const Batch& batch, const EvaluationOptions& /*options*/,
                                         Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto y = plane_of(batch.images, kTarget);
  const auto estimate = log_prob(batch, {.samples = 1}, rng);
  std::vector<Figure> figures = {per_place("negative_elbo", estimate.per_example, y,
                                           "one draw of Q(z|y), the language models counted")};
  const auto truth =
      batch.images.size(1) > kTruth ? plane_of(batch.images, kTruth) : torch::full_like(y, kNone);
  if (!places_of(truth).any().item<bool>()) return figures;
  const auto found = plane_of(reconstruct(batch, rng), kSource);
  figures.push_back(
      share_right("accuracy", found, truth, "likeliest symbols against the hidden text"));
  figures.push_back(share_right("frequency_matching", matched_by_frequency(y), truth,
                                "symbols of equal rank in the two texts"));
  figures.push_back(share_right("key_accuracy", cipher(chosen()).argmax(1), key_.to(y.device()),
                                "likeliest symbol of each row of P(y|z)"));
  figures.push_back(
      per_place("nll_of_hidden_text", log_source(truth), y, "counted language model"));
  return figures;
}

torch::Tensor Translation::shown(const torch::Tensor& x) const {
  return models::shown(x, symbols_);
}

std::string Translation::text_of(const torch::Tensor& event) const {
  return models::text_of(event, blank_);
}

}  // namespace vqcodec::models
