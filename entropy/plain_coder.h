// entropy/plain_coder.h: latents of plain positions: integers, channel by channel, in signed
// Exp-Golomb codes whose probabilities adapt to the slice.
//
// The trees and the prior know photographs; what stands in plain positions is what they do not
// know. What a latent's neighbours to the left, above and one slot before it are tells how large it
// is.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "entropy/escape_coder.h"
#include "entropy/integer_pixelcnn.h"

namespace vqcodec::entropy {

// The codeword nearest to zero, as the context sees it: the first of the least squared activations.
int zero_codeword(const GroupPrior& group);

// State of one slice.
class PlainCoder {
 public:
  PlainCoder(const QualityPrior& quality, int height, int width);

  // A group's remainders from its zero codeword. Of `choice` only what it holds in advance is
  // written; afterwards it is what was read. Throws Error(kCorrupt) for a remainder that cannot be.
  template <typename Side>
  void code(Side& side, int position, int g, const GroupPrior& group, Choice& choice,
            IdealLength& length) {
    choice.code = zero_codewords_[static_cast<std::size_t>(g)];
    bool any = false;
    for (int c = 0; c < group.dimension; ++c) {
      std::int32_t& remainder = choice.remainder[static_cast<std::size_t>(c)];
      remainder = code_latent(side, position, group.first_slot + c, remainder, length);
      any = any || remainder != 0;
    }
    std::fill(choice.remainder.begin() + group.dimension, choice.remainder.end(), 0);
    choice.escaped = any;
  }

  int zero_codeword_of(int g) const { return zero_codewords_[static_cast<std::size_t>(g)]; }

 private:
  static constexpr int kClasses = 8;  // of the neighbours' sizes

  // Binary digits of the neighbours' sizes added up.
  int size_class(int position, int slot) const {
    const auto at = [&](int there, int s) -> unsigned {
      return sizes_[static_cast<std::size_t>(there) * static_cast<std::size_t>(slots_) +
                    static_cast<std::size_t>(s)];
    };
    unsigned sum = 0;
    if (position % width_ > 0) sum += at(position - 1, slot);
    if (position >= width_) sum += at(position - width_, slot);
    if (slot > 0) sum += at(position, slot - 1);
    return std::min(static_cast<int>(std::bit_width(sum)), kClasses - 1);
  }

  template <typename Side>
  std::int32_t code_latent(Side& side, int position, int slot, std::int32_t value,
                           IdealLength& length) {
    const auto size = static_cast<std::size_t>(size_class(position, slot));
    auto& channel = channels_[static_cast<std::size_t>(slot)];
    const auto result = code_signed(side, value, channel.is_nonzero[size], channel.is_negative,
                                    has_more_digits_[size], length);
    const auto magnitude = static_cast<std::uint32_t>(result < 0 ? -std::int64_t{result} : result);
    sizes_[static_cast<std::size_t>(position) * static_cast<std::size_t>(slots_) +
           static_cast<std::size_t>(slot)] =
        static_cast<std::uint8_t>(std::min<std::uint32_t>(magnitude, 255));
    return result;
  }

  struct Channel {
    std::array<AdaptiveBit, kClasses> is_nonzero;
    AdaptiveBit is_negative;
  };

  int width_;
  int slots_;
  std::vector<int> zero_codewords_;  // (groups)
  std::vector<std::uint8_t> sizes_;  // (positions, slots): magnitudes, 255 for larger ones
  std::vector<Channel> channels_;    // (slots)
  std::array<MoreDigits, kClasses> has_more_digits_;
};

}  // namespace vqcodec::entropy
