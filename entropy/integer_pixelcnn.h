// entropy/integer_pixelcnn.h: the prior over code maps: a PixelCNN in integers.
//
// It gives the probability of every decision on the path to a codeword from (a) the coarser levels,
// (b) the decoded neighbours of the level, (c) the groups already decoded at the position and
// (d) the quality. No floating-point operation stands between the bits and the probabilities, so
// every machine reads a file alike. models/integer_export.h makes one from a trained network.
// Source: van den Oord et al., "Conditional Image Generation with PixelCNN Decoders",
// arXiv:1606.05328; Balle, Johnston, Minnen, "Integer Networks for Data Compression with
// Latent-Variable Models", ICLR 2019.
//
// Activations are 7-bit: hidden ones 0..127; those of the codes ("slots") 0..127 with the zero
// point 64. Outside the grid a slot reads 64, a hidden activation 0. For a level:
//
//   h1 = saturate(bias1 + near * slots(12 taps before me in 5x5) + above * coarser(3x3), shift1)
//   h2 = saturate(bias2 + mix * h1(4 taps before me in 3x3, and me), shift2)
//   f  = bias3[s] + slice[s] * (h2, slots of the slices before s)             (kept as int32)
//   t  = saturate(f + inside[s] * (slots of slice s), shift3)        (mine and later ones read 64)
//   z  = round_shift(node_bias + node_weights * t, node_shift)       (logit of branch 1, in 1/128)
//   p  = sigmoid_table[clamp(z, -2048, 2047) + 2048]                 (probability of branch 1)
//
// with round_shift(v, n) = (v + (1 << n >> 1)) >> n, saturate = clamp(round_shift(v, n), 0, 127).
// The constants -64 * sum(weights) of the zero point are part of the biases.
#pragma once

#include <cstdint>
#include <vector>

#include "entropy/byte_io.h"
#include "entropy/code_tree.h"

namespace vqcodec::entropy {

inline constexpr int kMaxLevels = 8;
inline constexpr int kMaxSlots = 4096;  // of a level, and of all levels coarser than it
inline constexpr int kMaxHidden = 1024;
inline constexpr int kMaxFeatures = 512;
inline constexpr int kMaxQualities = 16;

inline constexpr int kZeroPoint = 64;
inline constexpr int kMaxActivation = 127;
inline constexpr int kNearTaps = 12;  // rows y-2, y-1 (x-2..x+2) and row y (x-2, x-1), raster order
inline constexpr int kAboveTaps = 9;  // 3x3, raster order
inline constexpr int kMixTaps = 5;    // (y-1: x-1, x, x+1), (y: x-1), then (y, x)
inline constexpr int kSigmoidSteps = 4096;  // table size; entry i is for the logit (i - 2048) / 128

// One group of channels at one quality: codewords as the context sees them, and their tree.
struct GroupPrior {
  int first_slot = 0;
  int dimension = 0;  // slots first_slot .. first_slot + dimension - 1
  int slice = 0;
  int codewords = 0;                      // K
  std::vector<std::uint8_t> activations;  // (K, dimension), 0..127
  CodeTree tree;                          // K + 1 leaves; leaf K is the escape
  std::vector<std::int8_t> node_weights;  // (nodes, features)
  std::vector<std::int32_t> node_bias;    // (nodes)
  std::vector<std::uint8_t> node_shift;   // (nodes)
};

// What differs from quality to quality on one level. Groups come in coding order: slice by slice,
// slots ascending. Slots that no group covers read as the zero point.
struct QualityPrior {
  std::vector<std::int32_t> bias1, bias2;  // (hidden)
  std::vector<std::int32_t> bias3;         // (slices, features)
  std::vector<GroupPrior> groups;
};

// What all qualities share on one level. Weights are -127..127.
struct LevelPrior {
  int slots = 0;    // activations of one position
  int coarser = 0;  // slots of all coarser levels together, coarsest first
  int hidden = 0;
  int features = 0;
  std::vector<int> slice_slots;                  // slots of each slice; they sum to `slots`
  std::vector<std::int8_t> near;                 // (hidden, kNearTaps, slots)
  std::vector<std::int8_t> above;                // (hidden, kAboveTaps, coarser)
  std::vector<std::int8_t> mix;                  // (hidden, kMixTaps, hidden)
  std::vector<std::vector<std::int8_t>> slice;   // [s]: (features, hidden + slots before s)
  std::vector<std::vector<std::int8_t>> inside;  // [s]: (features, slots of s)
  std::vector<std::uint8_t> shift1, shift2;      // (hidden)
  std::vector<std::uint8_t> shift3;              // (slices, features)
  std::vector<QualityPrior> qualities;
};

struct IntegerPixelCnn {
  std::vector<LevelPrior> levels;            // 0 is the coarsest; each next one has twice the grid
  std::vector<std::uint16_t> sigmoid_table;  // (kSigmoidSteps), 1..65535, units of 2^-16

  // Throws Error(kInternal) where a shape is off or a sum could reach 2^24 (the bound under which
  // float32 products in any order give the same integers). `read` calls it with kCorrupt.
  void check(ErrorKind kind = ErrorKind::kInternal) const;
  void write(ByteWriter& out) const;
  static IntegerPixelCnn read(ByteReader& in);  // Throws Error(kCorrupt).
};

}  // namespace vqcodec::entropy
