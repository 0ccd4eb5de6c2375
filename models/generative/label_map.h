// models/generative/label_map.h: a latent map of segment labels, summed over exactly: labels are
// independent given the picture, or each row of them is a Markov chain.
#pragma once

#include "models/model.h"

namespace vqcodec::models {

// Letters: S labels, h w cells.
struct LabelMapPrior {        // P(z|x)
  torch::Tensor logits;       // (N,S,h,w)
  torch::Tensor transitions;  // (S,S), from the label to the left; undefined: independent labels

  // log sum_z P(z|x) prod_cells exp(scores), by the forward algorithm along the rows, where scores
  // (N,S,h,w) are log P(y|z,x) of each cell's own colour; (N) nats. All S^(h w) maps are summed.
  torch::Tensor log_evidence(const torch::Tensor& scores) const;
  torch::Tensor log_marginals() const;  // log P(z_cell|x), (N,S,h,w)
  // E_q log P(z|x) of a q whose cells are independent, (N,S,h,w) probabilities; (N) nats.
  torch::Tensor expected_log_prob(const torch::Tensor& q) const;
  torch::Tensor sample(Rng& rng) const;  // (N,h,w) int64

 private:
  torch::Tensor first_log_probs() const;               // of the leftmost column's labels, (N,S,h)
  torch::Tensor log_steps(std::int64_t column) const;  // (N,S left,S,h)
};

// Labels drawn from (N,S,...) log-probabilities; (N,...) int64.
torch::Tensor draw_labels(const torch::Tensor& log_probs, Rng& rng);

// I(y;z|x) = H(y|x) - sum_z P(z|x) H(y|z,x) of each cell, in nats: log_marginals (N,S,h,w),
// log_colours (N,S,Q,h,w), of which h and w may be one; (N,h,w).
torch::Tensor information(const torch::Tensor& log_marginals, const torch::Tensor& log_colours);

}  // namespace vqcodec::models
