// models/generative/collapsed_chain.h: sequences whose timing is not seen: a chain of T frames,
// each a symbol or a blank, of which repetitions are merged and blanks are dropped. Source: Graves
// et al., "Connectionist Temporal Classification", ICML 2006, sections 3.1 and 4.1; here frames
// depend on the frame before, and frames that do not are the special case of equal rows.
#pragma once

#include "models/generative/latent_chain.h"

namespace vqcodec::models {

struct CollapsedChainOptions {
  LatentChainOptions chain = {.text = {.symbols = 4, .length = 12, .repeats_part = true}};
  std::string pixels = "grey";

  OptionList list() { return chain.list(); }
};

// Paths of frames (N,T) to what is seen of them, (N,T), kNone behind: B of eq. 1's text, with the
// blank as the last symbol.
torch::Tensor collapsed(const torch::Tensor& paths, std::int64_t blank);

// As many frames as the longest sequence has room for; the blank is symbol K. Empty sequences are
// sequences too.
class CollapsedChain : public LatentChain {
 public:
  CollapsedChain(const CollapsedChainOptions& options, const PictureShape& shape);

  // The sum over all alignments of x with the frames (eq. 3 and 6 to 8).
  torch::Tensor log_likelihood(const Tables& tables, const torch::Tensor& x) const override;
  torch::Tensor posterior_paths(const torch::Tensor& x, Rng& rng) const override;
  torch::Tensor seen_of(const torch::Tensor& paths, Rng& rng) const override;

 private:
  // The lattice of a sequence of L symbols has 2 L + 1 rows: a blank, the first symbol, a blank,
  // ... A path begins in one of the first two, ends in one of the last two, and goes from frame to
  // frame by 0, 1 or, between unequal symbols, 2 rows.
  struct Lattice {
    torch::Tensor rows;   // (N,R) the frame's symbol in each row
    torch::Tensor steps;  // (N,R,3) log-probability of coming from 0, 1, 2 rows before
    std::vector<torch::Tensor> alphas;  // [t]: (N,R) log-probability of all ways here
    torch::Tensor ends;                 // (N,2): the last rows; of an empty sequence both the first
  };
  Lattice lattice(const Tables& tables, const torch::Tensor& x) const;
  torch::Tensor log_ends(const Lattice& lattice) const;  // (N,2)

  std::int64_t blank_, frames_;
};

std::unique_ptr<ModelFactory> make_collapsed_chain_factory();

}  // namespace vqcodec::models
