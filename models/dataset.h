// models/dataset.h: pictures of a set in batches, and as a whole for measuring.
#pragma once

#include "models/image_sets.h"
#include "models/model.h"

namespace vqcodec::models {

// What a model's pixels may be.
enum class PixelKind {
  kBinary,  // 0 or 1: grey levels are probabilities, drawn anew each time
  kGrey,    // 0..1; points as they are
};

// Draws with replacement; where `pixels` is binary, grey levels are the probabilities that each
// batch is drawn with anew ("dynamic binarization"). images: (N,C,H,W), 0..1.
class ImageSetBatches : public Dataset {
 public:
  ImageSetBatches(ImageSet set, PixelKind pixels) : set_(std::move(set)), pixels_(pixels) {}
  Batch batch(std::int64_t size, Rng& rng) override;

 private:
  ImageSet set_;
  PixelKind pixels_;
};

// The whole set, always the same, where a step takes as much; else draws.
class WholeSetBatches : public Dataset {
 public:
  WholeSetBatches(ImageSet set, PixelKind pixels);
  Batch batch(std::int64_t size, Rng& rng) override;

 private:
  Batch all_;
  ImageSetBatches draws_;
};

// All of a set, or `most` of it, always the same; binary pixels are drawn once, always the same
// ones. Some sets are sorted, so that their first pictures are no sample of them.
Batch whole_set(const ImageSet& set, PixelKind pixels, std::int64_t most);
// Examples first .. first + count - 1.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t count);
// The share of a batch, of any size, that a part is of its own. Throws Error(kUsage) where it is
// not a whole number of examples.
Batch share_of(const Batch& batch, const BatchPart& part);

}  // namespace vqcodec::models
