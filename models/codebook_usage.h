// models/codebook_usage.h: how many codewords a level uses and how evenly: the health of codebooks.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "models/group_quantizer.h"
#include "models/model.h"

namespace vqcodec::models {

// e^H of counts; one number for 2^entropy and e^(entropy in nats).
double perplexity_of(const torch::Tensor& counts);

// Of the groups with more than one codeword.
struct UsageFigures {
  double used = 1;              // share of the codewords that occurred
  double perplexity = 1;        // 2^entropy of a group's codes, mean over groups
  double least_perplexity = 1;  // of the worst group
};

class CodebookUsage {
 public:
  explicit CodebookUsage(const LevelQuantizer& quantizer);
  void add(const torch::Tensor& codes);  // (N,G,H,W) int64
  UsageFigures figures() const;

 private:
  std::vector<torch::Tensor> counts_;  // [group] (K) int64
};

// The log's values of one level, and whether it has collapsed: hardly any codeword but one.
void append_usage(std::size_t level, const UsageFigures& usage, Health& health);

// 2^entropy of the integer points that each channel is rounded to, mean over channels: what
// perplexity is before there are codebooks. points: (N,C,H,W).
double point_perplexity(const torch::Tensor& points);

}  // namespace vqcodec::models
