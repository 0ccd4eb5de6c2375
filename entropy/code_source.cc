#include "entropy/code_source.h"

#include <algorithm>

namespace vqcodec::entropy {

Choice CodeMapSource::choose(int position, int group, std::span<const std::uint32_t> /*lengths*/) {
  const std::size_t index = map_.index(position, group);
  Choice choice{.code = map_.codes[index]};
  const auto found =
      std::lower_bound(map_.escapes.begin(), map_.escapes.end(), index,
                       [](const Escape& escape, std::size_t i) { return escape.index < i; });
  if (found != map_.escapes.end() && found->index == index) {
    choice.escaped = true;
    choice.remainder = found->remainder;
  }
  return choice;
}

Choice CodeMapSource::choose_plain(int position, int group, int /*codeword*/) {
  return choose(position, group, {});
}

}  // namespace vqcodec::entropy
