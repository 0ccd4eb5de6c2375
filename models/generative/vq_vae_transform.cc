#include "models/generative/vq_vae_transform.h"

#include "codec/tiles.h"
#include "entropy/error.h"
#include "models/generative/vq_vae_bytes.h"
#include "models/inference/group_table.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

using codec::Image;
using codec::PlainCells;
using codec::Rectangle;

// A rectangle of a picture as (1,3,H,W), 0..1.
torch::Tensor to_tensor(const Image& picture, const Rectangle& area) {
  const auto pixels =
      torch::from_blob(const_cast<std::uint8_t*>(picture.pixels.data()),
                       {1, picture.height, picture.width, picture.channels}, torch::kUInt8);
  const auto part =
      pixels.slice(1, area.y, area.y + area.height).slice(2, area.x, area.x + area.width);
  return part.permute({0, 3, 1, 2}).to(torch::kFloat32).contiguous() / 255;
}

// (1,3,H,W), what of it lies in `part`.
Image to_image(const torch::Tensor& x, const Rectangle& part) {
  const auto rows =
      x[0].slice(1, part.y, part.y + part.height).slice(2, part.x, part.x + part.width);
  const auto pixels =
      (rows.clamp(0, 1) * 255).round().to(torch::kUInt8).permute({1, 2, 0}).contiguous();
  const auto* first = pixels.data_ptr<std::uint8_t>();
  return {.width = part.width,
          .height = part.height,
          .channels = 3,
          .pixels = {first, first + pixels.numel()},
          .alpha = {},
          .metadata = {}};
}

entropy::CodeMap to_code_map(const torch::Tensor& codes) {  // (H,W) int64
  entropy::CodeMap map{.height = static_cast<int>(codes.size(0)),
                       .width = static_cast<int>(codes.size(1)),
                       .groups = 1,
                       .codes = {},
                       .escapes = {}};
  const auto flat = codes.contiguous();
  const auto* first = flat.data_ptr<std::int64_t>();
  map.codes.assign(first, first + flat.numel());
  return map;
}

// The codes of a window of a map as (1,H,W) int64; (left,top): in codes.
torch::Tensor to_codes(const entropy::CodeMap& map, int left, int top, int width, int height,
                       std::int64_t codewords) {
  require_fit(map.groups == 1 && map.escapes.empty() && left + width <= map.width &&
              top + height <= map.height);
  auto codes = torch::empty({1, height, width}, torch::kInt64);
  auto* to = codes.data_ptr<std::int64_t>();
  for (int y = top; y < top + height; ++y)
    for (int x = left; x < left + width; ++x)
      *to++ = map.codes[map.index(y * map.width + x, /*group=*/0)];
  require_fit(codes.max().item<std::int64_t>() < codewords);
  return codes;
}

class VqVaeAnalysis : public codec::Analysis {
 public:
  explicit VqVaeAnalysis(std::vector<entropy::CodeMap> maps) : maps_(std::move(maps)) {
    for (const auto& map : maps_) sources_.emplace_back(map);
  }
  // Codes are those of the nearest codewords, whatever a bit costs.
  entropy::CodeSource& source(int level, double /*lagrangian*/) override {
    return sources_[static_cast<std::size_t>(level)];
  }
  const PlainCells& better_plain() const override { return none_; }

 private:
  std::vector<entropy::CodeMap> maps_;
  std::vector<entropy::CodeMapSource> sources_;  // of maps_
  PlainCells none_;
};

class VqVaeTransform : public codec::Transform {
 public:
  explicit VqVaeTransform(std::shared_ptr<VqVae> model)
      : model_(std::move(model)), multiply_adds_(model_->multiply_adds()) {}

  int levels() const override { return static_cast<int>(model_->levels()); }
  int coarsest_stride() const override { return static_cast<int>(model_->stride(0)); }
  int margin() const override {
    const auto stride = model_->stride(0);
    return static_cast<int>((model_->reach() + stride - 1) / stride * stride);
  }
  codec::MultiplyAdds multiply_adds() const override { return multiply_adds_; }

  std::unique_ptr<codec::Analysis> analyse(const Image& picture, const PlainCells* /*plain*/,
                                           const Rectangle& area, int /*quality*/,
                                           int threads) override {
    torch::set_num_threads(threads);
    const c10::InferenceMode inference;
    const auto seen = codec::grown(area, margin(), {0, 0, picture.width, picture.height});
    const auto codes = model_->codes_of(padded_to(to_tensor(picture, seen), coarsest_stride()));
    std::vector<entropy::CodeMap> maps;
    for (int l = 0; l < levels(); ++l) {
      const auto window = window_of(area, seen, l);
      maps.push_back(to_code_map(codes[static_cast<std::size_t>(l)][0]
                                     .slice(0, window.y, window.y + window.height)
                                     .slice(1, window.x, window.x + window.width)));
    }
    return std::make_unique<VqVaeAnalysis>(std::move(maps));
  }

  Image synthesise(std::span<const entropy::CodeMap> maps, const PlainCells& plain, int width,
                   int height, const Rectangle& area, int /*quality*/, int threads) override {
    if (plain.any())
      throw Error(ErrorKind::kCorrupt, "plain cells: the model is a VQ-VAE, which has none");
    torch::set_num_threads(threads);
    const c10::InferenceMode inference;
    const auto seen = codec::grown(area, margin(), {0, 0, width, height});
    VqVae::Codes codes;
    for (int l = 0; l < levels(); ++l) {
      const auto level = static_cast<std::size_t>(l);
      const auto window = window_of(seen, {0, 0, width, height}, l);
      codes.push_back(level < maps.size()
                          ? to_codes(maps[level], window.x, window.y, window.width, window.height,
                                     model_->codebook(l)->size())
                          : torch::zeros({1, window.height, window.width}, torch::kInt64));
    }
    const auto known = static_cast<std::int64_t>(maps.size());
    return to_image(model_->pictures_of(codes, known),
                    {area.x - seen.x, area.y - seen.y, area.width, area.height});
  }

 private:
  // A level's codes of `area` among those of `around`, both in pixels.
  Rectangle window_of(const Rectangle& area, const Rectangle& around, int level) const {
    const auto stride = static_cast<int>(model_->stride(level));
    return {(area.x - around.x) / stride, (area.y - around.y) / stride,
            codec::positions_across(area.width, coarsest_stride(), level),
            codec::positions_across(area.height, coarsest_stride(), level)};
  }

  std::shared_ptr<VqVae> model_;
  codec::MultiplyAdds multiply_adds_;
};

}  // namespace

std::unique_ptr<codec::Transform> make_vq_vae_transform(std::shared_ptr<VqVae> model) {
  return std::make_unique<VqVaeTransform>(std::move(model));
}

std::unique_ptr<codec::Transform> make_vq_vae_transform(std::span<const std::uint8_t> networks,
                                                        const std::string& device) {
  if (device == "cuda")
    throw Error(ErrorKind::kUnsupported, "a VQ-VAE's networks run on the CPU; use --device cpu");
  return make_vq_vae_transform(read_vq_vae(networks));
}

}  // namespace vqcodec::models
