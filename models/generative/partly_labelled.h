// models/generative/partly_labelled.h: batches of which some pictures have labels and most do not.
#pragma once

#include "models/dataset.h"

namespace vqcodec::models {

inline constexpr std::int64_t kUnlabelled = -1;

// As many of each class, chosen by the seed alone: indices into the labels, (count) at most, less
// where a class has too few. labels: (N) int64; undefined: none are chosen.
torch::Tensor balanced_subset(const torch::Tensor& labels, std::int64_t count, std::uint64_t seed);

// The first half of a batch from the labelled subset, the second from the whole set with the label
// kUnlabelled; where the subset is empty, all from the whole set.
class PartlyLabelledBatches : public Dataset {
 public:
  PartlyLabelledBatches(ImageSet set, PixelKind pixels, std::int64_t labelled, std::uint64_t seed);
  Batch batch(std::int64_t size, Rng& rng) override;
  // Of the labelled ones the same share as of the others.
  Batch part(const BatchPart& part, Rng& rng) override;

 private:
  ImageSetBatches all_;
  std::unique_ptr<ImageSetBatches> labelled_;  // null: none
};

}  // namespace vqcodec::models
