// models/codebook_training.h: phase 2 of the codec's training: layouts, groups and codebooks of all
// levels and qualities from latents of training pictures.
#pragma once

#include <functional>

#include "codec/tuning.h"
#include "models/model.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

struct CodebookTrainingOptions {
  std::int64_t crops = 480;            // pictures of `side` pixels
  std::int64_t most_vectors = 100000;  // of one level
  double price_factor = 0.4;  // of a bit: to the prior, rare codewords are far cheaper than to the
                              // order-0 lengths that would remove them
  GroupingOptions grouping;   // `price` is set from the quality
  codec::Tuning tuning = codec::Tuning::kPsnr;
  std::uint64_t seed = 1;
};

// Networks are shared with the result. layouts: [level], to keep those of another model; empty:
// from the data. progress(done, all) may be empty.
QuantizedCodec train_codebooks(CodecNetworks networks, Dataset& crops,
                               const CodebookTrainingOptions& options,
                               std::vector<LevelLayout> layouts = {},
                               const std::function<void(int, int)>& progress = {});

}  // namespace vqcodec::models
