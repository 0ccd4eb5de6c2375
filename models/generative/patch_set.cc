#include "models/generative/patch_set.h"

#include "models/generative/dequantization.h"
#include "models/photograph_set.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kSide = 8;
constexpr std::uint64_t kNoise = 20170519;

// crops: (N,3,H,W) uint8 to (N H W / 64,1,1,63).
ImageSet patches_of(const ImageSet& crops, std::uint64_t part) {
  const auto rgb = crops.images.to(torch::kFloat32);
  const auto grey = (0.299 * rgb.select(1, 0) + 0.587 * rgb.select(1, 1) + 0.114 * rgb.select(1, 2))
                        .round()
                        .unsqueeze(1);
  const auto values = grey.unfold(2, kSide, kSide)
                          .unfold(3, kSide, kSide)
                          .reshape({-1, kSide * kSide});  // (patches,64)
  auto rng = make_rng(kNoise, part);
  const auto y = dequantized(values / (kLevels - 1), rng);
  const auto mean_free = y - y.mean(1, /*keepdim=*/true);
  return {.images = mean_free.slice(1, 0, kSide * kSide - 1).contiguous().unsqueeze(1).unsqueeze(1),
          .labels = {}};
}

}  // namespace

ImageSets mean_free_patches(const std::string& folder) {
  const auto crops = read_photograph_crops(folder);
  return {.train = patches_of(crops.train, 0),
          .validation = patches_of(crops.validation, 1),
          .test = patches_of(crops.test, 2)};
}

}  // namespace vqcodec::models
