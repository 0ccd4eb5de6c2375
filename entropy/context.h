// entropy/context.h: what the prior sees at the positions of a wavefront, layer by layer.
//
// The equations are those of entropy/integer_pixelcnn.h. Grids of slots and of h1 are kept with a
// border, so that a layer's taps are a few runs of bytes; a wavefront's positions are a constant
// distance apart, so that a layer is a few matrix products. Memory is taken once, here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/code_map.h"
#include "entropy/integer_pixelcnn.h"
#include "entropy/kernels.h"
#include "entropy/packed_level.h"
#include "entropy/wavefront.h"

namespace vqcodec::entropy {

// The slots of a whole map, (positions, stride); those without a group read as the zero point.
std::vector<std::uint8_t> slots_of(const CodeMap& map, const QualityPrior& quality, int stride);

class Context {
 public:
  // Borrows all but the sizes.
  Context(const LevelPrior& level, const PackedLevel& packed, const QualityPrior& quality,
          const Kernels& kernels, int height, int width);

  // Once for every coarser level: `cells` of its width are the slots of a grid 2^halvings times
  // smaller than this one.
  void add_coarser(int coarser_level, int halvings, int coarse_width,
                   std::span<const std::uint8_t> cells);

  // In coding order: begin a wavefront; in it begin each slice that has groups; in it, for each
  // group: activate, then set every position's code, then absorb if another group of the slice
  // follows.
  void begin(const Wavefront& wavefront);
  void begin_slice(int slice);
  void activate(int group);
  void set(int member, int group, int code);
  void absorb(int group);

  // t at a member of the wavefront, after activate; members are feature_stride() bytes apart.
  int feature_stride() const { return packed_.feature_stride; }
  std::span<const std::uint8_t> features(int member) const {
    return {features_.data() + member * packed_.feature_stride,
            static_cast<std::size_t>(level_.features)};
  }

 private:
  void multiply(const PackedMatrix& matrix, int first_quad, int quads, const std::uint8_t* rows,
                std::ptrdiff_t row_stride, std::int32_t* sums, std::ptrdiff_t sums_stride) const;
  void first_layer();
  void second_layer();
  std::vector<std::int32_t> offsets_of(const GroupPrior& group) const;
  // Offsets of the wavefront's first position, dy rows and dx columns away.
  std::ptrdiff_t slot_cell(int dy, int dx) const;
  std::ptrdiff_t first_cell(int dy, int dx) const;

  const LevelPrior& level_;
  const PackedLevel& packed_;
  const QualityPrior& quality_;
  const Kernels& kernels_;
  int height_;
  int width_;
  int slots_width_;  // of the bordered grids, in cells
  int first_width_;
  std::ptrdiff_t slot_step_;  // from one member of a wavefront to the next
  std::ptrdiff_t first_step_;
  Wavefront wavefront_{};
  std::vector<std::uint8_t> slots_;                // two rows above, two columns on either side
  std::vector<std::uint8_t> first_;                // h1: one row above, one column on either side
  std::vector<std::int32_t> above_;                // (positions, hidden): bias1 and coarser levels
  std::vector<std::int32_t> bias2_;                // (hidden)
  std::vector<std::vector<std::int32_t>> offset_;  // (groups, features): bias3, slots to come,
                                                   // rounding
  // Of the wavefront's members:
  std::vector<std::int32_t> sums_;         // of the second layer, then f
  std::vector<std::uint8_t> second_;       // h2
  std::vector<std::uint8_t> features_;     // t
  std::vector<std::uint8_t> activations_;  // of one group, in quads
};

}  // namespace vqcodec::entropy
