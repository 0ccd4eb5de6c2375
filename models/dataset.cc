#include "models/dataset.h"

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

// Of the pixels that a set is measured on.
constexpr std::uint64_t kEvaluationSeed = 20160901;

torch::Tensor to_pixels(const torch::Tensor& bytes, PixelKind pixels, Rng& rng) {
  if (bytes.is_floating_point()) return bytes;  // points
  const auto grey = bytes.to(torch::kFloat32) / 255;
  return pixels == PixelKind::kBinary ? torch::bernoulli(grey, rng) : grey;
}

}  // namespace

Batch Dataset::part(const BatchPart& part, Rng& rng) {
  return share_of(batch(part.size, rng), part);
}

Batch ImageSetBatches::batch(std::int64_t size, Rng& rng) {
  const auto chosen = torch::randint(set_.size(), {size}, rng, torch::kInt64);
  return {.images = to_pixels(set_.images.index_select(0, chosen), pixels_, rng),
          .labels = set_.labels.defined() ? set_.labels.index_select(0, chosen) : torch::Tensor()};
}

WholeSetBatches::WholeSetBatches(ImageSet set, PixelKind pixels)
    : all_(whole_set(set, pixels, set.size())), draws_(std::move(set), pixels) {}

Batch WholeSetBatches::batch(std::int64_t size, Rng& rng) {
  return size >= all_.images.size(0) ? all_ : draws_.batch(size, rng);
}

Batch whole_set(const ImageSet& set, PixelKind pixels, std::int64_t most) {
  auto rng = make_rng(kEvaluationSeed, 0);
  const auto pixels_of_all = to_pixels(set.images, pixels, rng);
  if (most >= set.size()) return {.images = pixels_of_all, .labels = set.labels};
  const auto chosen = torch::randperm(set.size(), rng, torch::kInt64).slice(0, 0, most);
  return {.images = pixels_of_all.index_select(0, chosen),
          .labels = set.labels.defined() ? set.labels.index_select(0, chosen) : torch::Tensor()};
}

Batch part_of(const Batch& batch, std::int64_t first, std::int64_t count) {
  const auto part = [&](const torch::Tensor& x) {
    return x.defined() ? x.slice(0, first, first + count) : x;
  };
  return {.images = part(batch.images), .labels = part(batch.labels)};
}

Batch share_of(const Batch& batch, const BatchPart& part) {
  if (part.count == part.size) return batch;
  const auto processes = part.size / part.count, examples = batch.images.size(0);
  if (examples % processes != 0)
    throw Error(ErrorKind::kUsage, "a batch with ", examples, " examples of a kind has no equal ",
                "parts for ", processes, " processes; choose a --batch that has");
  return part_of(batch, part.first / part.count * (examples / processes), examples / processes);
}

}  // namespace vqcodec::models
