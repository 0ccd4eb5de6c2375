#include "codec/tiles.h"

#include <algorithm>
#include <utility>

#include "entropy/error.h"

namespace vqcodec::codec {

using entropy::CodeMap;
using entropy::Escape;

namespace {

int divide_up(int value, int divisor) {
  return static_cast<int>((std::int64_t{value} + divisor - 1) / divisor);
}

// Copies a tile's map to (x, y) of the whole, in positions.
void paste(const CodeMap& tile, int x, int y, CodeMap& whole) {
  const std::size_t row_size =
      static_cast<std::size_t>(tile.width) * static_cast<std::size_t>(tile.groups);
  const auto place = [&](int row) { return whole.index((y + row) * whole.width + x, 0); };
  for (int row = 0; row < tile.height; ++row) {
    std::copy_n(tile.codes.begin() + static_cast<std::ptrdiff_t>(tile.index(row * tile.width, 0)),
                row_size, whole.codes.begin() + static_cast<std::ptrdiff_t>(place(row)));
  }
  for (Escape escape : tile.escapes) {
    const std::size_t row = escape.index / row_size;
    const std::size_t in_row = escape.index % row_size;
    escape.index = static_cast<std::uint32_t>(place(static_cast<int>(row)) + in_row);
    whole.escapes.push_back(escape);
  }
}

}  // namespace

int default_tile_size(int width, int height) {
  const bool one_tile = std::int64_t{width} * height <= kMaxTileArea && width <= kMaxTileSide &&
                        height <= kMaxTileSide;
  return one_tile ? 0 : kTileSize;
}

Tiling::Tiling(int width, int height, int tile_size)
    : width_(width),
      height_(height),
      tile_size_(tile_size > 0 ? tile_size : std::max(width, height)),
      columns_(divide_up(width, tile_size_)),
      rows_(divide_up(height, tile_size_)) {}

Rectangle Tiling::tile(int index) const {
  const int x = index % columns_ * tile_size_;
  const int y = index / columns_ * tile_size_;
  return {x, y, std::min(tile_size_, width_ - x), std::min(tile_size_, height_ - y)};
}

std::vector<int> Tiling::touching(const Rectangle& rectangle) const {
  std::vector<int> result;
  for (int row = rectangle.y / tile_size_; row * tile_size_ < rectangle.y + rectangle.height; ++row)
    for (int column = rectangle.x / tile_size_; column * tile_size_ < rectangle.x + rectangle.width;
         ++column)
      result.push_back(row * columns_ + column);
  return result;
}

Rectangle intersection(const Rectangle& a, const Rectangle& b) {
  const int x = std::max(a.x, b.x);
  const int y = std::max(a.y, b.y);
  return {x, y, std::max(0, std::min(a.x + a.width, b.x + b.width) - x),
          std::max(0, std::min(a.y + a.height, b.y + b.height) - y)};
}

Rectangle bounding_box(std::span<const Rectangle> rectangles) {
  Rectangle box = rectangles.front();
  for (const Rectangle& next : rectangles) {
    const int right = std::max(box.x + box.width, next.x + next.width);
    const int bottom = std::max(box.y + box.height, next.y + next.height);
    box.x = std::min(box.x, next.x);
    box.y = std::min(box.y, next.y);
    box.width = right - box.x;
    box.height = bottom - box.y;
  }
  return box;
}

Rectangle aligned(const Rectangle& rectangle, int stride, const Rectangle& bounds) {
  const int x = rectangle.x / stride * stride;
  const int y = rectangle.y / stride * stride;
  const int right = divide_up(rectangle.x + rectangle.width, stride) * stride;
  const int bottom = divide_up(rectangle.y + rectangle.height, stride) * stride;
  return intersection({x, y, right - x, bottom - y}, bounds);
}

Rectangle grown(const Rectangle& rectangle, int margin, const Rectangle& bounds) {
  return intersection({rectangle.x - margin, rectangle.y - margin, rectangle.width + 2 * margin,
                       rectangle.height + 2 * margin},
                      bounds);
}

int positions_across(int pixels, int coarsest_stride, int level) {
  return divide_up(pixels, coarsest_stride) << level;
}

CodeMap join_maps(std::vector<CodeMap> maps, std::span<const Rectangle> places, int coarsest_stride,
                  int level) {
  if (maps.empty() || maps.size() != places.size())
    throw Error(ErrorKind::kInternal, "joining ", maps.size(), " code maps at ", places.size(),
                " places");
  if (maps.size() == 1) return std::move(maps.front());
  const Rectangle region = bounding_box(places);
  CodeMap whole{.height = positions_across(region.height, coarsest_stride, level),
                .width = positions_across(region.width, coarsest_stride, level),
                .groups = maps.front().groups,
                .codes = {},
                .escapes = {}};
  whole.codes.resize(whole.index(whole.positions(), 0));
  std::size_t escapes = 0;
  for (const CodeMap& map : maps) escapes += map.escapes.size();
  whole.escapes.reserve(escapes);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const CodeMap tile = std::move(maps[i]);
    paste(tile, positions_across(places[i].x - region.x, coarsest_stride, level),
          positions_across(places[i].y - region.y, coarsest_stride, level), whole);
  }
  std::sort(whole.escapes.begin(), whole.escapes.end(),
            [](const Escape& a, const Escape& b) { return a.index < b.index; });
  return whole;
}

}  // namespace vqcodec::codec
