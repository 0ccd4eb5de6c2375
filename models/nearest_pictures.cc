#include "models/nearest_pictures.h"

namespace vqcodec::models {

NearestPictures nearest_pictures(const torch::Tensor& queries, const torch::Tensor& pictures) {
  constexpr std::int64_t kChunk = 4096;  // pictures, so that differences fit the cache
  const auto n = queries.size(0);
  auto indices = torch::zeros({n}, torch::kInt64);
  auto distances = torch::full({n}, std::numeric_limits<double>::infinity(), torch::kFloat64);
  for (std::int64_t first = 0; first < pictures.size(0); first += kChunk) {
    const auto chunk = pictures.slice(0, first, first + kChunk).flatten(1);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto all =
          (chunk - queries[i].flatten()).square().sum(1, /*keepdim=*/false, torch::kFloat64);
      const auto nearest = all.argmin();  // the first of the smallest
      const auto distance = all.index({nearest}).item<double>();
      if (distance >= distances[i].item<double>()) continue;
      distances[i] = distance;
      indices[i] = first + nearest.item<std::int64_t>();
    }
  }
  return {.indices = indices, .squared_distances = distances};
}

}  // namespace vqcodec::models
