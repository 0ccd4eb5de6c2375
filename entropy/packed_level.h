// entropy/packed_level.h: one level's weights in the order in which the kernels read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "entropy/kernels.h"

namespace vqcodec::entropy {

constexpr int round_up(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// A matrix in tiles. Absent outputs and inputs have weight 0.
struct PackedMatrix {
  std::vector<WeightTile> tiles;  // (blocks, quads)
  int blocks = 0;
  int quads = 0;
};

// Rounding shifts of a layer, padded to blocks.
struct PackedShifts {
  explicit PackedShifts(std::span<const std::uint8_t> shifts);

  std::vector<std::int32_t> rounding;  // 1 << shift >> 1
  std::vector<std::int32_t> shift;
};

// The taps that look at one coarser level.
struct CoarserTaps {
  int stride = 0;                               // bytes of a cell of that level
  std::vector<PackedMatrix> taps;               // (kAboveTaps)
  std::vector<std::vector<std::int32_t>> idle;  // (kAboveTaps, hidden): product with zero points
};

struct PackedLevel {
  PackedLevel(const IntegerPixelCnn& prior, int level);

  int slot_stride;     // bytes of a cell of slots
  int hidden_stride;   // bytes of a cell of hidden activations, and their padded number
  int feature_stride;  // padded number of features: blocks, and what dot products may read
  PackedMatrix near;   // inputs: kNearTaps cells of slots
  PackedMatrix mix;    // inputs: kMixTaps cells of hidden activations
  std::vector<CoarserTaps> above;    // by coarser level
  std::vector<PackedMatrix> slice;   // inputs: a cell of hidden activations, a cell of slots
  std::vector<PackedMatrix> inside;  // inputs: the slots of the slice
  std::vector<int> slice_begin;      // first slot of each slice
  PackedShifts shift1, shift2;
  std::vector<PackedShifts> shift3;  // by slice
};

}  // namespace vqcodec::entropy
