// models/generative/cipher_language.h: two languages that are one under a hidden substitution
// cipher: what translation learns from, with the truth beside it.
#pragma once

#include "models/generative/markov_sequences.h"

namespace vqcodec::models {

struct CipherOptions {
  std::int64_t symbols = 16;  // V
  std::int64_t length = 32;   // of a sequence
  double contrast = 2;        // deviation of the log-probabilities that make up the bigram table
  double noise = 0;           // share of target symbols that are drawn anew, whatever the source's
  double insertions = 0;      // share of target symbols that stand for no source symbol
  std::int64_t sequences = 2000;  // of each language
  std::int64_t language_seed = 1, cipher_seed = 1;

  OptionList list();
};

// A Markov source of order 1 in whose stationary distribution all symbols are equally likely, so
// that counting symbols tells nothing of the cipher. As any MarkovSource it begins as after symbol
// 0: places near the start are what tells a key from the same key one place late.
MarkovSource flat_language(const CipherOptions& options);

// The target's symbol for each of the source's: (V) int64, a permutation.
torch::Tensor cipher_key(std::int64_t symbols, std::int64_t seed);

// How many permutations of the symbols leave a table of pairs (V,V) unchanged, each entry within
// `tolerance`. One: the identity. Where there are more, nothing tells the readings of a cipher
// apart.
std::int64_t automorphisms(const torch::Tensor& pairs, double tolerance);

// Source text with blanks (symbol V) put in, each place with this probability, cut to the room
// there is: what a target text with insertions stands for. (N,T) to (N,T).
torch::Tensor with_blanks(const torch::Tensor& source, std::int64_t blank, double share, Rng& rng);

// The target's symbols: the key's, some drawn anew, and any symbol for a blank. (N,T) to (N,T).
torch::Tensor enciphered(const torch::Tensor& source_with_blanks, const torch::Tensor& key,
                         double noise, Rng& rng);

// Planes of a picture. Source and target of one picture have nothing to do with each other.
enum Plane : std::int64_t {
  kSource,  // text of the one language
  kTarget,  // text of the other
  kTruth,   // what the target stands for, with blanks; known of the test set alone, else kNone
};

ImageSets cipher_sets(const CipherOptions& options);
// One part of it. Texts (N,T) that do not depend on each other: what is read as the source, and
// what is enciphered to become the target.
ImageSet enciphered_set(const torch::Tensor& source, const torch::Tensor& hidden,
                        const CipherOptions& options, bool with_truth, Rng& rng);

}  // namespace vqcodec::models
