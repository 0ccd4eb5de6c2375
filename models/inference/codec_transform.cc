#include "models/inference/codec_transform.h"

#include <algorithm>

#include "models/inference/plain_choice.h"
#include "models/inference/rate_constrained_source.h"

namespace vqcodec::models {

namespace {

using codec::Image;
using codec::PlainCells;
using codec::Rectangle;

constexpr int kStride = static_cast<int>(kCoarsestStride);
using LevelTables = std::vector<std::vector<GroupTable>>;  // [level]

// Positions of a level for so many pixels.
int positions(int pixels, int level) { return (pixels + kStride - 1) / kStride << level; }

// The rectangle of a picture, 0..1, extended by its last row and column to whole strides.
Grid to_grid(const Image& picture, const Rectangle& area) {
  auto grid = make_grid(positions(area.height, 0) * kStride, positions(area.width, 0) * kStride, 3);
  for (int y = 0; y < grid.height; ++y)
    for (int x = 0; x < grid.width; ++x) {
      const int row = area.y + std::min(y, area.height - 1);
      const int column = area.x + std::min(x, area.width - 1);
      const auto pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(picture.width) +
                         static_cast<std::size_t>(column);
      for (std::size_t c = 0; c < 3; ++c)
        grid.at(y, x)[c] = static_cast<float>(picture.pixels[3 * pixel + c]) / 255;
    }
  return grid;
}

Image to_image(const Grid& restored, const Rectangle& part) {
  Image image{.width = part.width,
              .height = part.height,
              .channels = 3,
              .pixels = {},
              .alpha = {},
              .metadata = {}};
  image.pixels.resize(3 * image.area());
  auto* to = image.pixels.data();
  for (int y = part.y; y < part.y + part.height; ++y) {
    const float* row = restored.at(y, part.x);
    for (int i = 0; i < 3 * part.width; ++i)
      *to++ = static_cast<std::uint8_t>(std::clamp(row[i], 0.0f, 1.0f) * 255 + 0.5f);
  }
  return image;
}

// The area with `margin` around it, within the picture.
Rectangle widened(const Rectangle& area, int margin, int width, int height) {
  const int left = std::max(0, area.x - margin), top = std::max(0, area.y - margin);
  const int right = std::min(width, area.x + area.width + margin);
  const int bottom = std::min(height, area.y + area.height + margin);
  return {left, top, right - left, bottom - top};
}

// What a level's grid of `seen` has of `area`, which lies inside.
Grid own_part(const Grid& grid, int level, const Rectangle& seen, const Rectangle& area) {
  const int stride = kStride >> level;
  auto part = make_grid(positions(area.height, level), positions(area.width, level), grid.channels);
  for (int y = 0; y < part.height; ++y)
    std::copy_n(grid.at((area.y - seen.y) / stride + y, (area.x - seen.x) / stride),
                part.width * part.channels, part.at(y, 0));
  return part;
}

class VqAnalysis : public codec::Analysis {
 public:
  VqAnalysis(const LevelTables& tables, std::vector<Grid> latents, double price,
             PlainCells better_plain)
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
  const LevelTables& tables_;
  std::vector<Grid> latents_;
  double price_;
  PlainCells better_plain_;
  std::vector<std::unique_ptr<RateConstrainedSource>> sources_;
};

// Adds the window's codewords, then the remainders of its escapes.
void add_latents(Grid& grid, const std::vector<GroupTable>& groups, const entropy::CodeMap& map,
                 int left, int top) {
  for (int y = 0; y < grid.height; ++y)
    for (int x = 0; x < grid.width; ++x) {
      const auto first = map.index((top + y) * map.width + left + x, 0);
      float* values = grid.at(y, x);
      for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto& group = groups[g];
        const std::size_t code = map.codes[first + g];
        require_fit(code < static_cast<std::size_t>(group.codewords));
        for (int d = 0; d < group.dimension; ++d)
          values[group.first_channel + d] +=
              group.words[static_cast<std::size_t>(d * group.codewords) + code];
      }
    }
  for (const auto& escape : map.escapes) {
    const auto position = static_cast<int>(escape.index) / map.groups;
    const auto& group = groups[escape.index % static_cast<std::uint32_t>(map.groups)];
    const int y = position / map.width - top, x = position % map.width - left;
    if (y < 0 || x < 0 || y >= grid.height || x >= grid.width) continue;
    for (int d = 0; d < group.dimension; ++d)
      grid.at(y, x)[group.first_channel + d] +=
          static_cast<float>(escape.remainder[static_cast<std::size_t>(d)]);
  }
}

class CodecTransform : public codec::Transform {
 public:
  CodecTransform(const NetworkFile& file, std::unique_ptr<Networks> networks, codec::Tuning tuning)
      : options_(file.options), networks_(std::move(networks)), tuning_(tuning) {
    tables_.resize(options_.lambdas.size());
    for (std::size_t q = 0; q < tables_.size(); ++q)
      for (std::size_t level = 0; level < file.levels.size(); ++level)
        tables_[q].push_back(file.group_tables(level, q));
  }

  int levels() const override { return static_cast<int>(kLevels); }
  int coarsest_stride() const override { return kStride; }
  int margin() const override {  // 3x3 convolutions at stride 8: enter, two a block, leave
    const auto taps = static_cast<int>((2 + 2 * options_.blocks) * kBlock);
    return (taps + kStride - 1) / kStride * kStride;
  }
  codec::MultiplyAdds multiply_adds() const override { return options_.multiply_adds(); }

  std::unique_ptr<codec::Analysis> analyse(const Image& picture, const PlainCells* plain,
                                           const Rectangle& area, int quality,
                                           int threads) override {
    const auto& tables = tables_of(quality);
    const auto seen = widened(area, margin(), picture.width, picture.height);
    const auto pixels = to_grid(picture, seen);
    const auto active = plain ? active_places(codec::cut_cells(*plain, seen, kStride))
                              : std::vector<std::uint8_t>();
    const auto levels = networks_->analyse(pixels, quality, active, threads);
    std::vector<Grid> latents;
    for (int l = 0; l < static_cast<int>(kLevels); ++l)
      latents.push_back(own_part(levels[static_cast<std::size_t>(l)], l, seen, area));
    PlainCells better;
    if (!plain) {
      const PlainChoice choice{*networks_, tuning_, options_.lambda(quality), quality, threads};
      better =
          codec::cut_cells(choice.better_plain(pixels, levels),
                           {area.x - seen.x, area.y - seen.y, area.width, area.height}, kStride);
    }
    return std::make_unique<VqAnalysis>(tables, std::move(latents),
                                        options_.price(quality) * kCodingPriceFactor,
                                        std::move(better));
  }

  Image synthesise(std::span<const entropy::CodeMap> maps, const PlainCells& plain, int width,
                   int height, const Rectangle& area, int quality, int threads) override {
    const auto& tables = tables_of(quality);
    const auto seen = widened(area, margin(), width, height);
    std::vector<Grid> levels;
    for (int l = 0; l < static_cast<int>(kLevels); ++l) {
      const auto level = static_cast<std::size_t>(l);
      levels.push_back(make_grid(positions(seen.height, l), positions(seen.width, l),
                                 static_cast<int>(options_.level_channels(l))));
      if (level >= maps.size()) continue;
      const int left = seen.x / (kStride >> l), top = seen.y / (kStride >> l);
      const auto& map = maps[level];
      require_fit(static_cast<std::size_t>(map.groups) == tables[level].size() &&
                  left + levels.back().width <= map.width &&
                  top + levels.back().height <= map.height);
      add_latents(levels.back(), tables[level], map, left, top);
    }
    const auto active = active_places(codec::cut_cells(plain, seen, kStride));
    const auto restored = networks_->synthesise(levels, quality, active, threads);
    return to_image(restored, {area.x - seen.x, area.y - seen.y, area.width, area.height});
  }

  void prepare(int width, int height, const Rectangle& area, int threads) override {
    const auto seen = widened(area, margin(), width, height);
    constexpr auto kFinest = static_cast<int>(kLevels) - 1;
    networks_->prepare(positions(seen.height, kFinest), positions(seen.width, kFinest), threads);
  }

 private:
  const LevelTables& tables_of(int quality) const {
    require_fit(static_cast<std::size_t>(quality) < tables_.size());
    return tables_[static_cast<std::size_t>(quality)];
  }

  CodecOptions options_;
  std::unique_ptr<Networks> networks_;
  codec::Tuning tuning_;
  std::vector<LevelTables> tables_;  // [quality]
};

}  // namespace

std::unique_ptr<codec::Transform> make_codec_transform(const NetworkFile& file,
                                                       std::unique_ptr<Networks> networks,
                                                       codec::Tuning tuning) {
  return std::make_unique<CodecTransform>(file, std::move(networks), tuning);
}

std::unique_ptr<codec::Transform> make_cpu_transform(std::span<const std::uint8_t> networks,
                                                     codec::Tuning tuning) {
  const auto file = read_network_file(networks);
  return make_codec_transform(file, make_cpu_networks(file), tuning);
}

}  // namespace vqcodec::models
