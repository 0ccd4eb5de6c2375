// codec/tiles.h: pictures cut into tiles that are coded on their own, and their code maps joined.
//
// A tile's codes depend on no other tile's; the networks' overlap is the transform's business.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/image.h"
#include "entropy/code_map.h"

namespace vqcodec::codec {

inline constexpr int kTileSize = 1024;  // pixels, side; the largest
inline constexpr int kMinTileSize = 32;
inline constexpr std::int64_t kMaxTileArea = std::int64_t{1} << 20;  // pixels
// A longer picture is no single tile: a line of 2^20 pixels, filled up to whole positions of the
// coarsest level, would be 32 times the work.
inline constexpr int kMaxTileSide = 1 << 15;

// What an encoder chooses: 0 (the whole picture is one tile) where that is allowed, else kTileSize.
int default_tile_size(int width, int height);

// A rectangle cut into squares of tile_size, in raster order; smaller at the right and the bottom.
class Tiling {
 public:
  Tiling(int width, int height, int tile_size);  // 0: one tile

  int columns() const { return columns_; }
  int rows() const { return rows_; }
  int count() const { return columns_ * rows_; }
  Rectangle tile(int index) const;
  Rectangle picture() const { return {0, 0, width_, height_}; }
  // The tiles that touch the rectangle, ascending. They fill a rectangle themselves.
  std::vector<int> touching(const Rectangle& rectangle) const;

 private:
  int width_, height_;
  int tile_size_;  // at least 1
  int columns_, rows_;
};

Rectangle intersection(const Rectangle& a, const Rectangle& b);  // Empty: width or height is 0.
Rectangle bounding_box(std::span<const Rectangle> rectangles);
// The smallest rectangle around it whose sides lie on multiples of stride or on the bounds' edge.
Rectangle aligned(const Rectangle& rectangle, int stride, const Rectangle& bounds);
Rectangle grown(const Rectangle& rectangle, int margin, const Rectangle& bounds);

// Positions of a level over so many pixels; every level covers whole positions of level 0.
int positions_across(int pixels, int coarsest_stride, int level);

// The maps of one level of several tiles as one map. places[i]: where maps[i] lies, in pixels,
// relative to a region of the given size that the places fill; their x and y are multiples of
// coarsest_stride. Takes the maps and frees each once it is copied.
entropy::CodeMap join_maps(std::vector<entropy::CodeMap> maps, std::span<const Rectangle> places,
                           int coarsest_stride, int level);

}  // namespace vqcodec::codec
