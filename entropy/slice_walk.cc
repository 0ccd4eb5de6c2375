#include "entropy/slice_walk.h"

#include <cstdlib>

#include "entropy/error.h"

namespace vqcodec::entropy {

namespace {

// An escape that cannot be is our own fault: it would be unreadable.
Choice checked(const Choice& choice, int position, int group, const GroupPrior& prior) {
  bool fits = choice.code >= 0 && choice.code < prior.codewords;
  for (int c = 0; c < prior.dimension && choice.escaped; ++c) {
    const std::int64_t remainder = choice.remainder[static_cast<std::size_t>(c)];
    fits = fits && std::abs(remainder) < (1 << kRemainderBits);
  }
  if (!fits) {
    throw Error(ErrorKind::kInternal, "position ", position, ", group ", group, ": code ",
                choice.code, " of ", prior.codewords, " or its remainder is out of range");
  }
  return choice;
}

}  // namespace

Choice EncodingSide::choose(int position, int group, const GroupPrior& prior,
                            std::span<const std::uint32_t> lengths) {
  return checked(source_.choose(position, group, lengths), position, group, prior);
}

Choice EncodingSide::choose_plain(int position, int group, const GroupPrior& prior, int codeword) {
  Choice choice = source_.choose_plain(position, group, codeword);
  choice.code = codeword;
  return checked(choice, position, group, prior);
}

}  // namespace vqcodec::entropy
