// models/inference/grid.h: what networks compute on: places with channels.
#pragma once

#include <cstddef>
#include <vector>

namespace vqcodec::models {

struct Grid {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<float> values;  // (height, width, channels)

  std::size_t places() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
  float* at(int y, int x) { return values.data() + index(y, x); }
  const float* at(int y, int x) const { return values.data() + index(y, x); }

 private:
  std::size_t index(int y, int x) const {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
            static_cast<std::size_t>(x)) *
           static_cast<std::size_t>(channels);
  }
};

inline Grid make_grid(int height, int width, int channels) {
  Grid grid{.height = height, .width = width, .channels = channels, .values = {}};
  grid.values.resize(grid.places() * static_cast<std::size_t>(channels));
  return grid;
}

}  // namespace vqcodec::models
