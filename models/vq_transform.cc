#include "models/vq_transform.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/codec_model.h"
#include "models/plain_choice.h"
#include "models/rate_constrained_source.h"

namespace vqcodec::models {

namespace {

using codec::Image;
using codec::PlainCells;
using codec::Rectangle;

torch::Tensor to_tensor(const Image& picture, const Rectangle& area) {  // (1,3,H,W), 0..1
  const auto pixels = torch::from_blob(const_cast<std::uint8_t*>(picture.pixels.data()),
                                       {picture.height, picture.width, 3}, torch::kUInt8);
  return pixels.slice(0, area.y, area.y + area.height)
             .slice(1, area.x, area.x + area.width)
             .permute({2, 0, 1})
             .unsqueeze(0)
             .to(torch::kFloat32) /
         255;
}

Image to_image(const torch::Tensor& restored) {  // (1,3,H,W), 0..1
  const auto pixels = (restored[0].clamp(0, 1) * 255)
                          .round()
                          .to(torch::kUInt8)
                          .permute({1, 2, 0})
                          .cpu()
                          .contiguous();
  Image image;
  image.width = static_cast<int>(pixels.size(1));
  image.height = static_cast<int>(pixels.size(0));
  image.channels = 3;
  image.pixels.assign(pixels.data_ptr<std::uint8_t>(),
                      pixels.data_ptr<std::uint8_t>() + pixels.numel());
  return image;
}

// The area with `margin` around it, within the picture.
Rectangle widened(const Rectangle& area, int margin, int width, int height) {
  const int left = std::max(0, area.x - margin), top = std::max(0, area.y - margin);
  const int right = std::min(width, area.x + area.width + margin);
  const int bottom = std::min(height, area.y + area.height + margin);
  return {left, top, right - left, bottom - top};
}

class VqAnalysis : public codec::Analysis {
 public:
  // latents: [level] (P,C)
  VqAnalysis(const std::vector<std::vector<GroupTable>>& tables, std::vector<torch::Tensor> latents,
             double price, PlainCells better_plain)
      : tables_(tables),
        latents_(std::move(latents)),
        price_(price),
        better_plain_(std::move(better_plain)),
        sources_(latents_.size()) {}

  entropy::CodeSource& source(int level, double lagrangian) override {
    const auto l = static_cast<std::size_t>(level);
    sources_[l] =
        std::make_unique<RateConstrainedSource>(tables_[l], latents_[l], price_ * lagrangian);
    return *sources_[l];
  }
  const PlainCells& better_plain() const override { return better_plain_; }

 private:
  const std::vector<std::vector<GroupTable>>& tables_;  // [level]
  std::vector<torch::Tensor> latents_;
  double price_;
  PlainCells better_plain_;
  std::vector<std::unique_ptr<RateConstrainedSource>> sources_;
};

class VqTransform : public codec::Transform {
 public:
  VqTransform(QuantizedCodec codec, codec::Tuning tuning, const torch::Device& device)
      : codec_(std::move(codec)), tuning_(tuning), device_(device), compute_(fast_type(device)) {
    codec_.networks->to(device);
    codec_.networks->compute_in(compute_);
    codec_.networks->eval();
    const auto qualities = codec_.networks->options().qualities();
    tables_.resize(static_cast<std::size_t>(qualities));
    for (std::size_t q = 0; q < tables_.size(); ++q)
      for (const auto& level : codec_.quantizers) tables_[q].push_back(make_group_tables(level[q]));
  }

  int levels() const override { return static_cast<int>(kLevels); }
  int coarsest_stride() const override { return static_cast<int>(kCoarsestStride); }
  int margin() const override {  // 3x3 convolutions at stride 8: enter, two a block, leave
    const auto taps = static_cast<int>((2 + 2 * codec_.networks->options().blocks) * kBlock);
    return (taps + coarsest_stride() - 1) / coarsest_stride() * coarsest_stride();
  }
  codec::MultiplyAdds multiply_adds() const override { return codec_.networks->multiply_adds(); }

  std::unique_ptr<codec::Analysis> analyse(const Image& picture, const PlainCells* plain,
                                           const Rectangle& area, int quality,
                                           int threads) override {
    const auto inference = begin(threads);
    const auto seen = widened(area, margin(), picture.width, picture.height);
    const auto images = pad_to_stride(to_tensor(picture, seen).to(device_));
    const auto levels = codec_.networks->analyse(images, quality_tensor(quality),
                                                 plain ? active(*plain, seen) : torch::Tensor());
    std::vector<torch::Tensor> latents;
    for (int l = 0; l < kLevels; ++l) {
      const int stride = coarsest_stride() >> l;
      const auto own = levels[static_cast<std::size_t>(l)]
                           .slice(2, (area.y - seen.y) / stride,
                                  (area.y - seen.y) / stride + grid(area.height, l))
                           .slice(3, (area.x - seen.x) / stride,
                                  (area.x - seen.x) / stride + grid(area.width, l));
      latents.push_back(own.cpu().permute({0, 2, 3, 1}).flatten(0, 2).contiguous());
    }
    PlainCells better;
    if (!plain)
      better = codec::cut_cells(better_plain(*codec_.networks, images, levels, quality, tuning_),
                                {area.x - seen.x, area.y - seen.y, area.width, area.height},
                                coarsest_stride());
    return std::make_unique<VqAnalysis>(
        tables_[static_cast<std::size_t>(quality)], std::move(latents),
        codec_.price(quality) * kCodingPriceFactor, std::move(better));
  }

  Image synthesise(std::span<const entropy::CodeMap> maps, const PlainCells& plain, int width,
                   int height, const Rectangle& area, int quality, int threads) override {
    const auto inference = begin(threads);
    const auto seen = widened(area, margin(), width, height);
    std::vector<torch::Tensor> levels;
    for (int l = 0; l < kLevels; ++l) {
      const int stride = coarsest_stride() >> l;
      const Rectangle window{seen.x / stride, seen.y / stride, grid(seen.width, l),
                             grid(seen.height, l)};
      levels.push_back(latents(maps, l, window, quality).to(device_));
    }
    const auto restored =
        codec_.networks->synthesise(levels, quality_tensor(quality), active(plain, seen));
    const int x = area.x - seen.x, y = area.y - seen.y;
    return to_image(restored.slice(2, y, y + area.height).slice(3, x, x + area.width));
  }

 private:
  // The number of threads belongs to the thread that calls.
  static std::unique_ptr<c10::InferenceMode> begin(int threads) {
    torch::set_num_threads(threads);
    return std::make_unique<c10::InferenceMode>();
  }

  torch::Tensor quality_tensor(int quality) const {
    require_fit(static_cast<std::size_t>(quality) < tables_.size());
    return torch::full({1}, quality, torch::dtype(torch::kInt64).device(device_));
  }

  torch::Tensor active(const PlainCells& plain, const Rectangle& seen) const {
    const auto own = codec::cut_cells(plain, seen, coarsest_stride());
    return own.any() ? active_places(own).to(device_) : torch::Tensor();
  }

  // Positions of level l for so many pixels.
  int grid(int pixels, int l) const {
    return (pixels + coarsest_stride() - 1) / coarsest_stride() << l;
  }

  // (1,C,H,W) of a window of one level; zeros where the level is absent.
  torch::Tensor latents(std::span<const entropy::CodeMap> maps, int level, const Rectangle& window,
                        int quality) const {
    require_fit(static_cast<std::size_t>(quality) < tables_.size());
    const auto& groups =
        tables_[static_cast<std::size_t>(quality)][static_cast<std::size_t>(level)];
    const auto channels = codec_.networks->options().level_channels(level);
    auto values = torch::zeros({window.height, window.width, channels});
    if (static_cast<std::size_t>(level) < maps.size()) {
      const auto& map = maps[static_cast<std::size_t>(level)];
      require_fit(static_cast<std::size_t>(map.groups) == groups.size() &&
                  window.x + window.width <= map.width && window.y + window.height <= map.height);
      fill(values.data_ptr<float>(), channels, groups, maps[static_cast<std::size_t>(level)],
           window);
    }
    return values.permute({2, 0, 1}).unsqueeze(0);
  }

  static void fill(float* values, std::int64_t channels, const std::vector<GroupTable>& groups,
                   const entropy::CodeMap& map, const Rectangle& window) {
    for (int y = 0; y < window.height; ++y)
      for (int x = 0; x < window.width; ++x, values += channels) {
        const auto first = map.index((window.y + y) * map.width + window.x + x, 0);
        for (std::size_t g = 0; g < groups.size(); ++g) {
          const auto& group = groups[g];
          const std::size_t code = map.codes[first + g];
          require_fit(code < static_cast<std::size_t>(group.codewords));
          for (int d = 0; d < group.dimension; ++d)
            values[group.first_channel + d] +=
                group.words[static_cast<std::size_t>(d * group.codewords) + code];
        }
      }
    values -= static_cast<std::ptrdiff_t>(window.height) * window.width * channels;
    for (const auto& escape : map.escapes) {
      const auto position = static_cast<int>(escape.index) / map.groups;
      const auto& group = groups[escape.index % static_cast<std::uint32_t>(map.groups)];
      const int y = position / map.width - window.y, x = position % map.width - window.x;
      if (y < 0 || x < 0 || y >= window.height || x >= window.width) continue;
      float* at = values + (static_cast<std::ptrdiff_t>(y) * window.width + x) * channels;
      for (int d = 0; d < group.dimension; ++d)
        at[group.first_channel + d] +=
            static_cast<float>(escape.remainder[static_cast<std::size_t>(d)]);
    }
  }

  QuantizedCodec codec_;
  codec::Tuning tuning_;
  torch::Device device_;
  torch::ScalarType compute_;
  std::vector<std::vector<std::vector<GroupTable>>> tables_;  // [quality][level]
};

torch::Device find_device(const std::string& name) {
  const bool cuda = torch::cuda::is_available();
  if (name == "cuda" && !cuda)
    throw Error(ErrorKind::kUnsupported, "no CUDA device here; use --device cpu");
  return cuda && name != "cpu" ? torch::Device(torch::kCUDA) : torch::Device(torch::kCPU);
}

}  // namespace

std::unique_ptr<codec::Transform> make_vq_transform(std::span<const std::uint8_t> networks,
                                                    codec::Tuning tuning,
                                                    const std::string& device) {
  return make_vq_transform(read_codec(networks), tuning, find_device(device));
}

std::unique_ptr<codec::Transform> make_vq_transform(QuantizedCodec codec, codec::Tuning tuning,
                                                    const torch::Device& device) {
  return std::make_unique<VqTransform>(std::move(codec), tuning, device);
}

}  // namespace vqcodec::models
