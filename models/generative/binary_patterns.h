// models/generative/binary_patterns.h: small sets of binary pictures that are known in full, so
// that a model's likelihood can be held against the set's own entropy.
#pragma once

#include <string>

#include "models/image_sets.h"

namespace vqcodec::models {

// (N,1,side,side) uint8, 0 or 255. "bars-and-stripes": rows or columns each all on or all off,
// 2^(side+1) - 2 pictures; "parity": an even number of pixels on, 2^(side^2-1) pictures.
torch::Tensor binary_patterns(const std::string& name, std::int64_t side);

// The pictures are the distribution: training, validation and test set are all of them.
ImageSets binary_pattern_sets(const std::string& name, std::int64_t side);

}  // namespace vqcodec::models
