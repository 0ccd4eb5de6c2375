// entropy/ideal_length.h: what decisions cost at best: the sum of -log2(p), in integers.
#pragma once

#include <cstdint>

#include "entropy/range_coder.h"

namespace vqcodec::entropy {

// -log2(value / 2^64) in units of bits / kLengthOne, rounded to the nearest; value > 0.
std::uint32_t length_of(std::uint64_t value);

// Keeps the product of the probabilities instead of a sum of logarithms: an interval that shrinks
// as the range coder's does, and is measured at the end.
class IdealLength {
 public:
  void add(bool decision, Probability one) {
    const std::uint64_t share = decision ? one : (1U << kProbabilityBits) - one;
    product_ = (product_ >> kProbabilityBits) * share;
    normalize();
  }
  void add(const IdealLength& other);
  std::uint64_t value() const;  // bits / kLengthOne

 private:
  // Without a branch: it would be hard to predict.
  void normalize() {
    const unsigned shift = product_ < std::uint64_t{1} << 48 ? 16 : 0;
    product_ <<= shift;
    shifted_bits_ += shift;
  }

  std::uint64_t product_ = ~std::uint64_t{0};
  std::uint64_t shifted_bits_ = 0;
};

}  // namespace vqcodec::entropy
