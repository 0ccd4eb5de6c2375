// models/inference/group_table.h: a group of channels and its codebook as plain arrays, for codes
// one by one.
#pragma once

#include <cstdint>
#include <vector>

namespace vqcodec::models {

// A channel is quantized at once, or in two stages: a coarse grid, then the rest.
enum class Stage : std::int64_t { kSingle = 0, kCoarse = 1, kFine = 2 };

struct GroupTable {
  int first_channel, dimension, codewords;
  Stage stage;
  float reach;                 // steps: further from its codeword in some channel, a latent escapes
  std::vector<float> words;    // (dimension, K)
  std::vector<float> weights;  // (dimension): the picture's squared error of one step squared
};

// A model file may hold a prior and networks that do not belong together: then codes are not those
// of these codebooks. Throws Error(kCorrupt) unless they fit.
void require_fit(bool fits);

}  // namespace vqcodec::models
