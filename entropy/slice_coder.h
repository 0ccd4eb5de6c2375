// entropy/slice_coder.h: one level of one tile to and from bytes, driven by the integer PixelCNN.
//
// Order: wavefronts of equal x + 3 y ascending; in a wavefront group by group; in a group the
// positions by y ascending. One walk serves both directions. Coded bits <= 1.001 x ideal bits + 16.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "entropy/code_map.h"
#include "entropy/code_source.h"
#include "entropy/integer_pixelcnn.h"
#include "entropy/kernels.h"

namespace vqcodec::entropy {

// Ideal lengths of what a slice holds, in bits / kLengthOne, one entry a group.
struct SliceStatistics {
  std::vector<std::uint64_t> code_length;    // decisions to the codewords, the escape leaf excluded
  std::vector<std::uint64_t> escape_length;  // escape leaf, codeword and remainders of escapes
  std::vector<std::uint64_t> plain_length;   // all of plain positions
};

struct EncodedSlice {
  std::vector<std::uint8_t> bytes;
  CodeMap map;  // the codes that were chosen
  SliceStatistics statistics;
};

struct DecodedSlice {
  CodeMap map;
  SliceStatistics statistics;
};

// Whether the slice corrects the prior as it goes (node_offsets.h). Files of version 1 do without.
enum class NodeLearning { kOff, kOn };

// A prior with its weights packed for the processor; shared by threads once made.
class SliceCoder {
 public:
  // Borrows: the prior must outlive it. Throws Error(kInternal) unless the prior passes its check.
  explicit SliceCoder(const IntegerPixelCnn& prior, Isa isa = choose_isa());
  ~SliceCoder();

  // coarser: the maps of levels 0 .. level-1 of the same tile. plain: (height, width), not 0 where
  // a position is coded without the prior, as its zero codewords and remainders; empty: nowhere.
  // Throws Error(kInternal) on grids that do not fit each other.
  EncodedSlice encode(int quality, int level, int height, int width,
                      std::span<const CodeMap> coarser, CodeSource& source,
                      std::span<const std::uint8_t> plain = {},
                      NodeLearning learning = NodeLearning::kOn) const;
  // Throws Error(kCorrupt) where an escape cannot be; otherwise any bytes give some map: the
  // checksum of the codes decides.
  DecodedSlice decode(int quality, int level, int height, int width,
                      std::span<const CodeMap> coarser, std::span<const std::uint8_t> bytes,
                      std::span<const std::uint8_t> plain = {},
                      NodeLearning learning = NodeLearning::kOn) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vqcodec::entropy
