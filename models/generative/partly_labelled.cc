#include "models/generative/partly_labelled.h"

#include <algorithm>

namespace vqcodec::models {

torch::Tensor balanced_subset(const torch::Tensor& labels, std::int64_t count, std::uint64_t seed) {
  if (!labels.defined() || count == 0) return torch::empty({0}, torch::kInt64);
  auto rng = make_rng(seed, 0);
  const auto classes = labels.max().item<std::int64_t>() + 1;
  std::vector<torch::Tensor> chosen;
  for (std::int64_t c = 0; c < classes; ++c) {
    const auto share = (count + c) / classes;  // sums to count over the classes
    const auto members = (labels == c).nonzero().squeeze(1);
    const auto order = torch::randperm(members.size(0), rng, torch::kInt64);
    chosen.push_back(members.index_select(0, order.slice(0, 0, share)));
  }
  return torch::cat(chosen);
}

PartlyLabelledBatches::PartlyLabelledBatches(ImageSet set, PixelKind pixels, std::int64_t labelled,
                                             std::uint64_t seed)
    : all_(set, pixels) {
  const auto chosen = balanced_subset(set.labels, labelled, seed);
  if (chosen.size(0) == 0) return;
  labelled_ =
      std::make_unique<ImageSetBatches>(ImageSet{.images = set.images.index_select(0, chosen),
                                                 .labels = set.labels.index_select(0, chosen)},
                                        pixels);
}

Batch PartlyLabelledBatches::batch(std::int64_t size, Rng& rng) {
  return part({.size = size, .count = size}, rng);
}

Batch PartlyLabelledBatches::part(const BatchPart& part, Rng& rng) {
  const auto half = labelled_ ? part.size / 2 : 0;
  auto others = all_.batch(part.size - half, rng);
  others.labels = torch::full({part.size - half}, kUnlabelled, torch::kInt64);
  others = share_of(others, part);
  if (half == 0) return others;
  const auto labelled = share_of(labelled_->batch(half, rng), part);
  return {.images = torch::cat({labelled.images, others.images}),
          .labels = torch::cat({labelled.labels, others.labels})};
}

}  // namespace vqcodec::models
