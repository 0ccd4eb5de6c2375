// codec/tile_decoder.h: the slices of one tile to code maps, each checked before the next is read.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/format.h"
#include "codec/model_file.h"
#include "entropy/slice_coder.h"

namespace vqcodec::codec {

struct DecodedTile {
  std::vector<entropy::CodeMap> maps;  // coarse level first
  std::vector<std::uint64_t> code_hashes;
  std::vector<entropy::SliceStatistics> statistics;
};

// Shared by threads once made.
class TileDecoder {
 public:
  // Borrows both. Throws Error: (kUnsupported) where the file needs another model, (kCorrupt) where
  // its header asks for what the model has not, or the plain cells cannot be.
  TileDecoder(const File& file, const ModelFile& model);

  const PlainCells& plain_cells() const { return plain_; }  // of the picture; empty: none

  // The first `levels` levels, which must be whole. Throws Error(kCorrupt) where a checksum is off.
  DecodedTile decode(int tile, int levels) const;

 private:
  const File& file_;
  const ModelFile& model_;
  Tiling tiling_;
  PlainCells plain_;
  entropy::SliceCoder coder_;
};

}  // namespace vqcodec::codec
