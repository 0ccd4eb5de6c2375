// entropy/escape_coder.h: what follows the escape leaf: the codeword, then how far the latent is
// from it, channel by channel, in signed Exp-Golomb codes with adaptive probabilities.
//
// A Side is one direction of the coder: `bool code(bool decision, Probability one)` writes the
// decision and returns it, or ignores it and returns the one it reads. So each code is written down
// once, for both.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "entropy/code_source.h"
#include "entropy/error.h"
#include "entropy/ideal_length.h"
#include "entropy/range_coder.h"

namespace vqcodec::entropy {

inline constexpr int kRemainderBits = 20;  // |remainder| < 2^20

// Learns the probability of one kind of decision; stays within 15..65521.
class AdaptiveBit {
 public:
  template <typename Side>
  bool code(Side& side, bool decision, IdealLength& length) {
    constexpr int kRate = 4;
    const bool result = side.code(decision, one_);
    length.add(result, one_);
    const int goal = result ? 1 << kProbabilityBits : 0;
    one_ = static_cast<Probability>(one_ + (goal - one_) / (1 << kRate));
    return result;
  }

 private:
  Probability one_ = kEven;
};

// The lowest `bits` of the value, highest first, as likely set as not.
template <typename Side>
std::uint32_t code_even(Side& side, std::uint32_t value, int bits, IdealLength& length) {
  std::uint32_t result = 0;
  for (int bit = bits - 1; bit >= 0; --bit) {
    const bool decision = side.code((value >> bit & 1) != 0, kEven);
    length.add(decision, kEven);
    result = result << 1 | (decision ? 1U : 0U);
  }
  return result;
}

using MoreDigits = std::array<AdaptiveBit, kRemainderBits>;

// Zero?, sign, then the magnitude's number of binary digits, unary, then the digits after the
// first. Throws Error(kCorrupt) for more than kRemainderBits digits.
template <typename Side>
std::int32_t code_signed(Side& side, std::int32_t value, AdaptiveBit& is_nonzero,
                         AdaptiveBit& is_negative, MoreDigits& has_more_digits,
                         IdealLength& length) {
  if (!is_nonzero.code(side, value != 0, length)) return 0;
  const bool negative = is_negative.code(side, value < 0, length);
  const auto magnitude = static_cast<std::uint32_t>(value < 0 ? -std::int64_t{value} : value);
  const auto wanted = static_cast<int>(std::bit_width(magnitude));
  int digits = 1;
  while (
      has_more_digits[static_cast<std::size_t>(digits - 1)].code(side, wanted > digits, length)) {
    if (++digits > kRemainderBits) {
      throw Error(ErrorKind::kCorrupt, "escape: a remainder of 2^", kRemainderBits, " or more");
    }
  }
  const std::uint32_t top = 1U << (digits - 1);
  const std::uint32_t result = top | code_even(side, magnitude, digits - 1, length);
  return negative ? -static_cast<std::int32_t>(result) : static_cast<std::int32_t>(result);
}

// State of one slice.
class EscapeCoder {
 public:
  // Of `choice` only what it holds in advance is written; afterwards it is what was read.
  // Throws Error(kCorrupt) for a codeword or remainder that cannot be.
  template <typename Side>
  void code(Side& side, int codewords, int dimension, Choice& choice, IdealLength& length) {
    const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(codewords - 1)));
    const auto known = static_cast<std::uint32_t>(choice.code);
    choice.code = static_cast<int>(code_even(side, known, bits, length));
    if (choice.code >= codewords) {
      throw Error(ErrorKind::kCorrupt, "escape: codeword ", choice.code, " of ", codewords);
    }
    for (int c = 0; c < kMaxDimension; ++c) {
      std::int32_t& remainder = choice.remainder[static_cast<std::size_t>(c)];
      remainder = c < dimension ? code_signed(side, remainder, is_nonzero_, is_negative_,
                                              has_more_digits_, length)
                                : 0;
    }
  }

 private:
  AdaptiveBit is_nonzero_, is_negative_;
  MoreDigits has_more_digits_;
};

}  // namespace vqcodec::entropy
