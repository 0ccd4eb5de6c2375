// codec/picture_encoder.h: a picture to slices, at one setting after another.
//
// The networks run on one thread (they have threads of their own), the prior on tiles in parallel.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "codec/model_file.h"
#include "codec/plain_cells.h"
#include "codec/rate_control.h"
#include "codec/stage_clock.h"
#include "codec/tiles.h"
#include "codec/transform.h"
#include "entropy/slice_coder.h"

namespace vqcodec::codec {

struct EncodedTile {
  std::vector<std::vector<std::uint8_t>> slices;  // coarse level first
  std::vector<std::uint64_t> chained_hashes;
  std::vector<entropy::CodeMap> maps;  // empty unless asked for
};

class PictureEncoder {
 public:
  // Borrows all. picture: 3 channels. keep_analyses: for encoding again at other settings.
  PictureEncoder(const Image& picture, const Tiling& tiling, const ModelFile& model,
                 Transform& transform, int threads, bool keep_analyses, StageClock& clock);

  std::vector<EncodedTile> encode(const RateSetting& setting, bool keep_maps);
  // What encode() took for a quality, which it must have seen.
  const PlainCells& plain_cells(int quality) const { return plain_.at(quality); }

 private:
  using Analyses = std::vector<std::unique_ptr<Analysis>>;  // by tile; null: not there
  Analyses& analyses_of(int quality);
  // Finds out which cells are better off plain. Analyses that this leaves valid are kept.
  void choose_plain_cells(int quality, Analyses& analyses);
  EncodedTile encode_tile(int tile, Analysis& analysis, const RateSetting& setting,
                          bool keep_maps) const;

  const Image& picture_;
  const Tiling& tiling_;
  const ModelFile& model_;
  Transform& transform_;
  int threads_;
  bool keep_analyses_;
  StageClock& clock_;
  entropy::SliceCoder coder_;
  std::map<int, Analyses> analyses_;  // by quality, kept for the next setting
  std::map<int, PlainCells> plain_;   // by quality; empty: none
};

}  // namespace vqcodec::codec
