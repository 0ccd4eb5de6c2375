#include "entropy/range_coder.h"

#include <utility>

namespace vqcodec::entropy {

// The coded point stays below 1, so some byte written before is not 0xFF.
void RangeEncoder::carry() {
  for (std::size_t i = bytes_.size(); ++bytes_[--i] == 0;) {
  }
}

// Once is enough: a decision leaves at least (2^48 >> 16) * 1 = 2^32 of the interval.
void RangeEncoder::shift_out() {
  bytes_.push_back(static_cast<std::uint8_t>(low_ >> 56));
  bytes_.push_back(static_cast<std::uint8_t>(low_ >> 48));
  low_ <<= 16;
  range_ <<= 16;
}

std::vector<std::uint8_t> RangeEncoder::finish() {
  // The point of the interval with the most zeros at its end: those need not be written.
  // An interval of 2^48 or more holds a multiple of 2^48, so that two bytes always do.
  int kept_bits = 0;
  std::uint64_t distance = 0 - low_;
  for (; distance >= range_; distance = (0 - low_) & (~std::uint64_t{0} >> kept_bits)) {
    kept_bits += 8;
  }
  const std::uint64_t point = low_ + distance;
  if (point < low_) carry();
  for (int bit = 64; bit > 64 - kept_bits; bit -= 8) {
    bytes_.push_back(static_cast<std::uint8_t>(point >> (bit - 8)));
  }
  while (!bytes_.empty() && bytes_.back() == 0) bytes_.pop_back();
  return std::move(bytes_);
}

RangeDecoder::RangeDecoder(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
  for (int i = 0; i < 8; ++i) offset_ = offset_ << 8 | next_byte();
}

}  // namespace vqcodec::entropy
