// entropy/tree_builder.h: a code tree whose nodes mean "zero?", "sign?", "large?".
//
// A codeword with over 0.4 of a set's mass is split off first; other sets are cut in two by
// weighted 2-means. Branch 1 is the less probable side. The escape leaf always goes there, beside
// the last codeword of that path, so that common codes do not pay for it.
#pragma once

#include <cstdint>
#include <span>

#include "entropy/code_tree.h"

namespace vqcodec::entropy {

// counts: how often each of the K codewords occurs, sum < 2^47. codewords: (K, dimension) in fixed
// point of any scale, within +-2^24. Returns a tree of K + 1 leaves; leaf K is the escape.
CodeTree build_code_tree(std::span<const std::uint64_t> counts,
                         std::span<const std::int32_t> codewords, int dimension);

}  // namespace vqcodec::entropy
