// tests/entropy/random_maps.h: code maps of every level for a random prior.
#pragma once

#include <span>
#include <vector>

#include "entropy/slice_coder.h"
#include "tests/entropy/random_prior.h"

namespace vqcodec::entropy {

struct Grid {
  int height;
  int width;
};

inline std::vector<CodeMap> random_maps(const IntegerPixelCnn& prior, int quality, Grid coarsest,
                                        int escape_every, std::uint64_t seed) {
  std::vector<CodeMap> maps;
  for (int l = 0; l < static_cast<int>(prior.levels.size()); ++l) {
    maps.push_back(random_map(prior, quality, l, coarsest.height << l, coarsest.width << l,
                              escape_every, seed + static_cast<std::uint64_t>(l)));
  }
  return maps;
}

inline EncodedSlice encode(const SliceCoder& coder, int quality, int level,
                           const std::vector<CodeMap>& maps) {
  const CodeMap& map = maps[static_cast<std::size_t>(level)];
  CodeMapSource source(map);
  return coder.encode(quality, level, map.height, map.width,
                      std::span(maps).first(static_cast<std::size_t>(level)), source);
}

}  // namespace vqcodec::entropy
