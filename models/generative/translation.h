// models/generative/translation.h: two languages from texts that are not parallel: P(y|z) and
// Q(z|y) teach each other by back-translation, held to the languages by P(z) and P(y). Sources:
// Sennrich, Haddow and Birch, arXiv:1511.06709; Lample et al., arXiv:1711.00043 (denoising) and
// arXiv:1804.07755; He et al., "A Probabilistic Formulation of Unsupervised Text Style Transfer",
// arXiv:2002.03912, for the bound.
#pragma once

#include <functional>

#include "models/generative/cipher_language.h"
#include "models/generative/counted_language.h"
#include "models/generative/translator.h"

namespace vqcodec::models {

struct TranslationOptions {
  std::int64_t tries = 4;      // pairs that learn side by side; the smallest bound is used
  std::int64_t layers = 3;     // of Q(z|y); P(y|z) is a table
  std::int64_t channels = 32;  // of the layers
  std::int64_t order = 1;      // symbols that the language models remember
  double beta = 0;             // weight of the languages' term; 0: back-translation alone
  double denoising = 0.7;      // share of symbols drawn anew in what Q(z|y) learns from, at first
  double channel_rate = 0.3;   // learning rate of P(y|z), as a multiple

  OptionList list();
};

// What one try learns.
struct TranslatorPair {
  Translator channel{nullptr};  // P(y|z)
  Translator inverse{nullptr};  // Q(z|y)
};

// E_{h~draws(.|x)}[-ln scored(x|h)], in nats a sequence, (N): what is drawn counts as data, so that
// gradients reach the scored model alone. share: of h's symbols that are drawn anew.
torch::Tensor back_translation(Translator& scored, Translator& draws, const torch::Tensor& x,
                               double noise, Rng& rng);

// An expression whose value is -ln scored(x|h) - beta ln prior(h)/draws(h|x), (N), of one draw of
// two, and whose gradient reaches `draws` alone, by the score function with the other draw's value
// as the baseline.
torch::Tensor language_bound(Translator& scored, Translator& draws, const torch::Tensor& x,
                             const std::function<torch::Tensor(const torch::Tensor&)>& log_prior,
                             double beta, Rng& rng);

// Pictures have planes (cipher_language.h); without the third there is no known truth.
class Translation : public GenerativeModel {
 public:
  Translation(const TranslationOptions& options, const CipherOptions& language,
              const PictureShape& shape);

  std::vector<TranslatorPair>& tries() { return tries_; }
  // The try whose bound is smallest in training. Truth has no part in it.
  std::size_t chosen() const;
  // Of source text with blanks: the text's probability times that of the blanks' places. (N) nats.
  torch::Tensor log_source(const torch::Tensor& source_with_blanks) const;
  torch::Tensor log_target(const torch::Tensor& target) const;
  // P(y|z) of single symbols, (V,V), rows z.
  torch::Tensor cipher(std::size_t one_try) const;
  const torch::Tensor& true_key() const { return key_; }  // (V) int64, undefined where unknown

  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  std::vector<ParameterGroup> parameter_groups() override;
  // The share of each try's key that is right, where the truth is known: for figures alone.
  Health health() const override;
  Capabilities capabilities() const override { return {}; }
  // Source text of the language model and what P(y|z) makes of it.
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // Targets' likeliest source text, and from there back.
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  // Of the target: log sum_z P(z) P(y|z), bounded by draws of Q(z|y).
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;
  torch::Tensor shown(const torch::Tensor& x) const override;
  std::string text_of(const torch::Tensor& event) const override;

 private:
  // Losses of a try in nats a place, and its bound at beta = 1 for the choice between tries.
  struct TryLosses {
    torch::Tensor back_translation, language, bound;
  };
  TryLosses losses(TranslatorPair& pair, const torch::Tensor& z, const torch::Tensor& y, Rng& rng);
  // ln P(y|z) + ln P(z) - ln Q(z|y) of a draw, (N) nats.
  torch::Tensor log_weights(TranslatorPair& pair, const torch::Tensor& y, Rng& rng);
  torch::Tensor matched_by_frequency(const torch::Tensor& target) const;  // (N,T)

  TranslationOptions options_;
  std::int64_t symbols_, blank_, length_;
  double insertions_, noise_ = 0;
  torch::Tensor key_;
  std::vector<TranslatorPair> tries_;
  CountedLanguage source_{nullptr}, target_{nullptr};
  torch::Tensor bounds_;  // (tries) float64, moving averages
};

std::unique_ptr<ModelFactory> make_translation_factory();
// Code maps of pictures and, of other pictures, the same under a permuted codebook.
std::unique_ptr<ModelFactory> make_code_map_translation_factory();

}  // namespace vqcodec::models
