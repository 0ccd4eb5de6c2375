// codec/prior_cost.h: the arithmetic that a model's prior takes.
#pragma once

#include "codec/model_file.h"

namespace vqcodec::codec {

// Products of a weight and an activation for each pixel, all levels together, at one quality.
struct PriorCost {
  double networks = 0;  // convolutions and slices
  double trees = 0;     // all nodes, as an encoder needs them that weighs every codeword; a decoder
                        // takes those on a code's path alone
};
PriorCost prior_cost(const ModelFile& model, int quality);  // from 0

}  // namespace vqcodec::codec
