// models/patterns.h: pictures that no camera takes: checkerboards, stripes, text, noise, flat
// colors, ramps. A small share of them in training keeps the networks from damaging such input.
#pragma once

#include "models/model.h"

namespace vqcodec::models {

// A random pattern, (3,side,side) float32, multiples of 1/255 in 0..1.
torch::Tensor draw_pattern(std::int64_t side, Rng& rng);

}  // namespace vqcodec::models
