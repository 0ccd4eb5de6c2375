// entropy/wavefront.h: which positions may be coded at the same time.
//
// A position's contexts reach two columns to the right in the rows above it (5x5, and 3x3 over
// results of 5x5), so all positions of equal x + 3 y depend only on those of smaller x + 3 y.
#pragma once

#include <algorithm>

namespace vqcodec::entropy {

inline constexpr int kWavefrontSlope = 3;

// Positions (x - 3 i, y + i), i = 0..count-1; count may be 0 in grids narrower than the slope.
struct Wavefront {
  int x;
  int y;
  int count;
};

class Wavefronts {
 public:
  Wavefronts(int height, int width) : height_(height), width_(width) {}

  int count() const { return width_ + kWavefrontSlope * (height_ - 1); }
  int longest() const { return std::min(height_, (width_ - 1) / kWavefrontSlope + 1); }
  Wavefront operator[](int index) const {  // of equal x + 3 y = index
    const int first = std::max(0, (index - width_ + kWavefrontSlope) / kWavefrontSlope);
    const int last = std::min(height_ - 1, index / kWavefrontSlope);
    return {index - kWavefrontSlope * first, first, std::max(0, last - first + 1)};
  }

 private:
  int height_;
  int width_;
};

}  // namespace vqcodec::entropy
