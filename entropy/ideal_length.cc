#include "entropy/ideal_length.h"

#include <bit>

#include "entropy/code_source.h"

namespace vqcodec::entropy {

std::uint32_t length_of(std::uint64_t value) {
  constexpr int kFraction = 14;  // bits of the logarithm found by squaring; four to round away
  static_assert(kLengthOne == 1 << (kFraction - 4));
  const int zeros = std::countl_zero(value);
  std::uint64_t mantissa = value << zeros >> 33;  // 2^30 <= mantissa < 2^31: 1 <= m < 2 in 2^-30
  std::uint32_t fraction = 0;                     // log2(m) in 2^-14
  for (int i = 0; i < kFraction; ++i) {
    mantissa = mantissa * mantissa >> 30;
    const bool doubled = mantissa >> 31 != 0;
    fraction = fraction << 1 | (doubled ? 1U : 0U);
    if (doubled) mantissa >>= 1;
  }
  const std::uint32_t length = (static_cast<std::uint32_t>(zeros + 1) << kFraction) - fraction;
  return (length + 8) >> 4;
}

void IdealLength::add(const IdealLength& other) {
  // Both are at least 2^48, so the product is at least 2^32 and one shift is enough.
  __extension__ using Wide = unsigned __int128;
  product_ = static_cast<std::uint64_t>(Wide{product_} * other.product_ >> 64);
  shifted_bits_ += other.shifted_bits_;
  normalize();
}

std::uint64_t IdealLength::value() const {
  return shifted_bits_ * kLengthOne + length_of(product_);
}

}  // namespace vqcodec::entropy
