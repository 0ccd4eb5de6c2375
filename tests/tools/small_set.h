// tests/tools/small_set.h: a few small pictures with labels, as MNIST is distributed.
#pragma once

#include <string>
#include <vector>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {

// 4x4 pixels; grey levels that differ from picture to picture; labels 0 to 9 in turn.
inline void write_small_set(const Sandbox& sandbox, const std::string& folder,
                            const std::string& part, std::uint8_t count) {
  std::vector<std::uint8_t> pictures = {0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 4, 0, 0, 0, 4};
  std::vector<std::uint8_t> labels = {0, 0, 8, 1, 0, 0, 0, count};
  for (int i = 0; i < count * 16; ++i)
    pictures.push_back(static_cast<std::uint8_t>((i * 37 + i / 16 * 11) % 256));
  for (int i = 0; i < count; ++i) labels.push_back(static_cast<std::uint8_t>(i % 10));
  sandbox.write(folder + "/" + part + "-images-idx3-ubyte", pictures);
  sandbox.write(folder + "/" + part + "-labels-idx1-ubyte", labels);
}

}  // namespace vqcodec::tools
