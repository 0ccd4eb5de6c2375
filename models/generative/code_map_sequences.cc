#include "models/generative/code_map_sequences.h"

#include "entropy/error.h"
#include "models/generative/chroma.h"
#include "models/k_means.h"

namespace vqcodec::models {

namespace {

constexpr std::uint64_t kSeed = 1;            // of the codewords
constexpr std::int64_t kMostPatches = 20000;  // that codewords are found from
constexpr std::int64_t kLloydSteps = 20;
constexpr std::int64_t kAtATime = 1000;  // pictures

class Factory : public ModelFactory {
 public:
  Factory() {
    network_.symbols = 32;
    network_.layers = 6;  // 64 symbols back: all of 8x8 patches
    network_.pixels = "grey";
  }
  OptionList options() override {
    OptionList options = {
        {"patch", "side of what a symbol stands for, pixels", IntegerOption{&patch_, 1, 64}}};
    for (auto& option : network_.list())
      if (option.name != "pixels") options.push_back(option);
    return options;
  }
  std::shared_ptr<GenerativeModel> make(const PictureShape& shape) const override {
    return std::make_shared<PairsWaveNet>(network_, shape);
  }
  PixelKind pixels() const override { return PixelKind::kGrey; }
  ImageSets sets(const std::string& folder) const override {
    auto sets = read_image_sets(folder);
    const auto codewords = codewords_of(sets.train.images, {patch_, network_.symbols});
    for (auto* set : {&sets.train, &sets.validation, &sets.test})
      if (set->images.defined()) set->images = code_maps_of(set->images, codewords, patch_);
    return sets;
  }

 private:
  WaveNetOptions network_;
  std::int64_t patch_ = 4;
};

}  // namespace

torch::Tensor patches_of(const torch::Tensor& images, std::int64_t patch) {
  if (images.size(2) % patch != 0 || images.size(3) % patch != 0)
    throw Error(ErrorKind::kUsage, "pictures of ", images.size(2), "x", images.size(3),
                ", expected sides that are multiples of --patch ", patch);
  const auto levels = images.to(torch::kFloat32) / 255;
  const auto grey = levels.size(1) == 3 ? luminance_of(levels) : levels;
  return torch::pixel_unshuffle(grey, patch).permute({0, 2, 3, 1}).flatten(0, 2);
}

torch::Tensor codewords_of(const torch::Tensor& images, const CodeMapOptions& options) {
  auto rng = make_rng(kSeed, 0);
  const auto pictures = torch::randperm(images.size(0), rng, torch::kInt64).slice(0, 0, kAtATime);
  auto patches = patches_of(images.index_select(0, pictures), options.patch);
  patches = patches.index_select(
      0, torch::randperm(patches.size(0), rng, torch::kInt64).slice(0, 0, kMostPatches));
  const auto weights = torch::ones({patches.size(0)});
  auto centres = seed_centres(patches, weights, options.codewords, rng);
  for (std::int64_t step = 0; step < kLloydSteps; ++step)
    centres = lloyd_step(patches, weights, centres);
  return centres;
}

torch::Tensor code_maps_of(const torch::Tensor& images, const torch::Tensor& codewords,
                           std::int64_t patch) {
  std::vector<torch::Tensor> maps;
  for (const auto& some : images.split(kAtATime))
    maps.push_back(nearest_centres(patches_of(some, patch), codewords).to(torch::kFloat32));
  return torch::cat(maps).view({-1, 1, images.size(2) / patch, images.size(3) / patch});
}

std::unique_ptr<ModelFactory> make_code_map_wavenet_factory() {
  return std::make_unique<Factory>();
}

}  // namespace vqcodec::models
