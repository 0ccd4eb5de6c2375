// models/integer_export.h: a trained prior as integers. Both give the same probabilities when the
// float prior simulates integers and computes in float32 (a test holds them together).
#pragma once

#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "models/prior_network.h"

namespace vqcodec::models {

entropy::IntegerPixelCnn export_prior(std::vector<PriorNetwork>& levels);

// A node's sum has its exponent's unit, the sigmoid's table one that is three bits finer than
// activations': node_shift = exponent - 3.
inline constexpr int kNodeShiftToExponent = 3;

// Entry i: sigmoid((i - 2048) / 128) in units of 2^-16, 1..65535.
std::vector<std::uint16_t> make_sigmoid_table();

}  // namespace vqcodec::models
