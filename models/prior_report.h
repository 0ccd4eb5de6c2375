// models/prior_report.h: what the same codes cost under several models of them.
#pragma once

#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "models/code_map_prior.h"

namespace vqcodec::models {

// Bits of one level's codes, escapes counted as their codewords; sums over pictures.
struct LevelBits {
  double codes = 0;          // how many there are
  double fixed_length = 0;   // ceil(log2 K) for each
  double zstd = 0;           // of the raw map: a byte or two a code, position by position
  double order0 = 0;         // static lengths of each group and quality, from training pictures
  double float_prior = 0;    // the network before it became integers
  double integer_prior = 0;  // as coded in files

  LevelBits& operator+=(const LevelBits& other);
};

// Codes are assigned with order-0 lengths. picture: (1,3,H,W), 0..1; quality from 0. [level].
// `integers` must be the export of `prior`.
std::vector<LevelBits> measure_prior(CodeMapPrior& prior, const entropy::IntegerPixelCnn& integers,
                                     const torch::Tensor& picture, std::int64_t quality);

}  // namespace vqcodec::models
