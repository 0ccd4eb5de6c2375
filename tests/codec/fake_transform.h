// tests/codec/fake_transform.h: a Transform of a few lines in place of the networks, for
// tiny_model.
//
// Level 0 holds the mean color of blocks of 32x32 pixels in steps, levels 1 and 2 what blocks of 16
// and 8 differ from it. Synthesis blurs by 3x3, so that a pixel depends on its neighbours' blocks
// and a seam between tiles would show.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "codec/tiles.h"
#include "codec/transform.h"
#include "tests/codec/tiny_model.h"

namespace vqcodec::testing {

using Color = std::array<double, 3>;

inline double tiny_step(int quality, int level) {
  constexpr std::array<double, kTinyLevels> kSteps = {30, 20, 14};
  return kSteps[static_cast<std::size_t>(level)] * std::pow(0.75, quality);
}

// The channels of a group: 0 and 1, then 2, then none.
inline int first_channel(int group) { return group == 0 ? 0 : 2; }
inline bool is_coded(int group) { return group < 2; }

class FakeAnalysis : public codec::Analysis {
 public:
  // means[level]: colors of the rectangle's blocks in raster order.
  FakeAnalysis(std::vector<std::vector<Color>> means, int columns, int quality,
               codec::PlainCells better_plain)
      : means_(std::move(means)),
        columns_(columns),
        quality_(quality),
        better_plain_(std::move(better_plain)) {
    for (const auto& level : means_) decoded_.emplace_back(level.size(), Color{128, 128, 128});
  }

  entropy::CodeSource& source(int level, double lagrangian) override {
    source_ = Source{this, level, lagrangian};
    return source_;
  }
  const codec::PlainCells& better_plain() const override { return better_plain_; }

 private:
  struct Source : entropy::CodeSource {
    FakeAnalysis* owner = nullptr;
    int level = 0;
    double lagrangian = 1;

    Source() = default;
    Source(FakeAnalysis* analysis, int of_level, double price)
        : owner(analysis), level(of_level), lagrangian(price) {}
    bool weighs_lengths() const override { return true; }
    entropy::Choice choose(int position, int group,
                           std::span<const std::uint32_t> lengths) override {
      return owner->choose(level, position, group, [&](const auto& shape, const auto& target) {
        return cheapest(shape, target, lagrangian, lengths);
      });
    }
    entropy::Choice choose_plain(int position, int group, int codeword) override {
      return owner->choose(level, position, group, [&](const auto& shape, const auto& target) {
        return exact(shape, target, codeword);
      });
    }
  };

  Color& decoded(int level, int position) {
    return decoded_[static_cast<std::size_t>(level)][static_cast<std::size_t>(position)];
  }

  // pick(shape, target) gives the choice; target: in steps.
  template <typename Pick>
  entropy::Choice choose(int level, int position, int group, Pick pick) {
    if (!is_coded(group)) return {};
    const TinyGroup& shape = kTinyGroups[static_cast<std::size_t>(group)];
    const double step = tiny_step(quality_, level);
    const int columns = columns_ << level;
    const int parent = position / columns / 2 * (columns / 2) + position % columns / 2;
    if (group == 0 && level > 0) decoded(level, position) = decoded(level - 1, parent);
    if (group == 0 && level == 0) decoded(level, position) = {128, 128, 128};
    const Color& mean = means_[static_cast<std::size_t>(level)][static_cast<std::size_t>(position)];
    Color& base = decoded(level, position);
    std::array<double, 2> target{};  // in steps
    for (int i = 0; i < shape.dimension; ++i) {
      const auto channel = static_cast<std::size_t>(first_channel(group) + i);
      target[static_cast<std::size_t>(i)] = (mean[channel] - base[channel]) / step;
    }
    const entropy::Choice choice = pick(shape, target);
    for (int i = 0; i < shape.dimension; ++i) {
      const auto remainder = choice.escaped ? choice.remainder[static_cast<std::size_t>(i)] : 0;
      base[static_cast<std::size_t>(first_channel(group) + i)] +=
          step * (shape.value(choice.code, i) + remainder);
    }
    return choice;
  }

  static entropy::Choice exact(const TinyGroup& shape, const std::array<double, 2>& target,
                               int codeword) {
    entropy::Choice choice{.code = codeword, .escaped = true};
    for (int i = 0; i < shape.dimension; ++i)
      choice.remainder[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(
          std::lround(target[static_cast<std::size_t>(i)] - shape.value(codeword, i)));
    return choice;
  }

  static entropy::Choice cheapest(const TinyGroup& shape, const std::array<double, 2>& target,
                                  double lagrangian, std::span<const std::uint32_t> lengths) {
    entropy::Choice best, nearest;
    double least_cost = 1e30, least_error = 1e30;
    for (int code = 0; code < shape.codewords(); ++code) {
      double error = 0;
      for (int i = 0; i < shape.dimension; ++i) {
        const double difference = target[static_cast<std::size_t>(i)] - shape.value(code, i);
        error += difference * difference;
      }
      const double cost = error + lagrangian * 0.1155 * lengths[static_cast<std::size_t>(code)] /
                                      entropy::kLengthOne;
      if (cost < least_cost) {
        least_cost = cost;
        best.code = code;
      }
      if (error < least_error) {
        least_error = error;
        nearest.code = code;
      }
    }
    for (int i = 0; i < shape.dimension; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double rest = target[at] - shape.value(nearest.code, i);
      nearest.remainder[at] = static_cast<std::int32_t>(std::lround(rest));
      nearest.escaped = nearest.escaped || std::abs(rest) > 2;
    }
    return nearest.escaped ? nearest : best;
  }

  std::vector<std::vector<Color>> means_, decoded_;
  int columns_;  // of level 0
  int quality_;
  codec::PlainCells better_plain_;
  Source source_;
};

class FakeTransform : public codec::Transform {
 public:
  int levels() const override { return kTinyLevels; }
  int coarsest_stride() const override { return kTinyStride; }
  int margin() const override { return kTinyStride; }
  codec::MultiplyAdds multiply_adds() const override { return {.analysis = 3, .synthesis = 2}; }

  std::unique_ptr<codec::Analysis> analyse(const codec::Image& picture,
                                           const codec::PlainCells* plain,
                                           const codec::Rectangle& rectangle, int quality,
                                           int /*threads*/) override {
    ++analyses;
    const int columns = codec::positions_across(rectangle.width, kTinyStride, 0);
    const int rows = codec::positions_across(rectangle.height, kTinyStride, 0);
    std::vector<std::vector<Color>> means;
    for (int level = 0; level < kTinyLevels; ++level) {
      auto& of_level = means.emplace_back();
      const int stride = kTinyStride >> level;
      for (int y = 0; y < rows << level; ++y)
        for (int x = 0; x < columns << level; ++x)
          of_level.push_back(
              block_mean(picture, rectangle.x + x * stride, rectangle.y + y * stride, stride));
    }
    return std::make_unique<FakeAnalysis>(
        std::move(means), columns, quality,
        plain == nullptr ? better_plain(rectangle) : codec::PlainCells{});
  }

  // A pixel is the mean of 3x3, in plain cells of itself alone.
  codec::Image synthesise(std::span<const entropy::CodeMap> maps, const codec::PlainCells& plain,
                          int width, int height, const codec::Rectangle& rectangle, int quality,
                          int /*threads*/) override {
    codec::Image result;
    result.width = rectangle.width;
    result.height = rectangle.height;
    result.channels = 3;
    for (int y = rectangle.y; y < rectangle.y + rectangle.height; ++y) {
      for (int x = rectangle.x; x < rectangle.x + rectangle.width; ++x) {
        Color sum{};
        const int reach = plain.at(y / kTinyStride, x / kTinyStride) ? 0 : 1;
        for (int dy = -reach; dy <= reach; ++dy) {
          for (int dx = -reach; dx <= reach; ++dx) {
            const Color near = color_at(maps, std::clamp(x + dx, 0, width - 1),
                                        std::clamp(y + dy, 0, height - 1), quality);
            for (std::size_t c = 0; c < 3; ++c) sum[c] += near[c];
          }
        }
        for (const double channel : sum)
          result.pixels.push_back(static_cast<std::uint8_t>(
              std::clamp(std::lround(channel / (reach == 0 ? 1 : 9)), 0L, 255L)));
      }
    }
    return result;
  }

  int analyses = 0;                        // runs of the "networks", counted for tests
  std::function<bool(int, int)> is_plain;  // (row, column) of a cell of the picture; empty: none

 private:
  codec::PlainCells better_plain(const codec::Rectangle& rectangle) const {
    if (!is_plain) return {};
    auto cells = codec::make_cells(rectangle.width, rectangle.height, kTinyStride);
    for (int row = 0; row < cells.rows; ++row)
      for (int column = 0; column < cells.columns; ++column)
        cells.plain[static_cast<std::size_t>(row * cells.columns + column)] =
            is_plain(rectangle.y / kTinyStride + row, rectangle.x / kTinyStride + column);
    return cells;
  }

  static Color block_mean(const codec::Image& picture, int x, int y, int side) {
    Color sum{};
    for (int row = y; row < y + side; ++row) {
      for (int column = x; column < x + side; ++column) {
        const auto pixel = static_cast<std::size_t>(std::min(row, picture.height - 1)) *
                               static_cast<std::size_t>(picture.width) +
                           static_cast<std::size_t>(std::min(column, picture.width - 1));
        for (std::size_t c = 0; c < 3; ++c) sum[c] += picture.pixels[3 * pixel + c];
      }
    }
    for (double& channel : sum) channel /= side * side;
    return sum;
  }

  static Color color_at(std::span<const entropy::CodeMap> maps, int x, int y, int quality) {
    Color color{128, 128, 128};
    for (std::size_t level = 0; level < maps.size(); ++level) {
      const entropy::CodeMap& map = maps[level];
      const int stride = kTinyStride >> level;
      const int position = y / stride * map.width + x / stride;
      for (int group = 0; is_coded(group); ++group) {
        const TinyGroup& shape = kTinyGroups[static_cast<std::size_t>(group)];
        const std::size_t index = map.index(position, group);
        const auto escape = std::lower_bound(
            map.escapes.begin(), map.escapes.end(), index,
            [](const entropy::Escape& e, std::size_t wanted) { return e.index < wanted; });
        const bool escaped = escape != map.escapes.end() && escape->index == index;
        for (int i = 0; i < shape.dimension; ++i) {
          const int value = shape.value(map.codes[index], i) +
                            (escaped ? escape->remainder[static_cast<std::size_t>(i)] : 0);
          color[static_cast<std::size_t>(first_channel(group) + i)] +=
              tiny_step(quality, static_cast<int>(level)) * value;
        }
      }
    }
    return color;
  }
};

}  // namespace vqcodec::testing
