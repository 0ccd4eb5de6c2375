// models/generative/markov_sequences.h: sequences of symbols from a Markov source that is known, so
// that a model of them can be held against the truth and against a shorter memory.
#pragma once

#include "models/generative/wavenet.h"

namespace vqcodec::models {

// Which of the K^order contexts stands before each symbol; zeros stand before the first.
torch::Tensor contexts_of(const torch::Tensor& symbols, std::int64_t alphabet,
                          std::int64_t order);  // (N,T) to (N,T) int64

struct MarkovSource {
  std::int64_t alphabet = 8, order = 3;  // K
  torch::Tensor log_table;               // (K^order,K)

  torch::Tensor sample(std::int64_t n, std::int64_t length, Rng& rng) const;  // (N,T) int64
  torch::Tensor log_prob(const torch::Tensor& symbols) const;                 // (N) nats
};

struct MarkovOptions {
  std::int64_t order = 3, length = 128;
  std::int64_t source_seed = 1;

  OptionList list();
};

// The same source for the same options.
MarkovSource make_source(const MarkovOptions& options, std::int64_t alphabet);

// A WaveNet of symbols, whose figures hold beside its own that of a memory of two symbols counted
// in training: nats per symbol.
class PairsWaveNet : public WaveNet {
 public:
  PairsWaveNet(const WaveNetOptions& options, const PictureShape& shape);
  Loss loss(const Batch& batch, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;
  torch::Tensor shown(const torch::Tensor& x) const override {
    return x / static_cast<double>(alphabet_ - 1);
  }

 private:
  std::int64_t alphabet_;
  torch::Tensor counts_;  // (K^2,K)
};

// The same, with the source's own probabilities.
class MarkovWaveNet : public PairsWaveNet {
 public:
  MarkovWaveNet(const WaveNetOptions& options, const MarkovOptions& source);
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  MarkovSource source_;
};

std::unique_ptr<ModelFactory> make_markov_wavenet_factory();

}  // namespace vqcodec::models
