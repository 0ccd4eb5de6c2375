// entropy/range_coder.h: arithmetic coding of binary decisions whose probability both sides know.
//
// A decision of probability p costs -log2(p) bits plus at most 0.002 %: the interval is never
// narrower than 2^48, so that dividing it into 2^16 parts loses less than 2^-32 of it, against the
// 2^-16 that even the most certain decision takes. The remainder goes to decision 0. First in,
// first out, no header; the tail takes at most 2 bytes, for the decoder reads zeros past the end.
// Integers only: the same decisions give the same bytes on every machine.
// Source: G. N. N. Martin, "Range encoding", 1979.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vqcodec::entropy {

using Probability = std::uint16_t;  // 1..65535, in units of 2^-16
inline constexpr int kProbabilityBits = 16;
inline constexpr Probability kEven = 1 << (kProbabilityBits - 1);

class RangeEncoder {
 public:
  void encode(bool decision, Probability one) {
    const std::uint64_t split = (range_ >> kProbabilityBits) * one;
    if (decision) {
      range_ = split;
    } else {
      range_ -= split;
      low_ += split;
      if (low_ < split) carry();
    }
    if (range_ < kNarrowest) shift_out();
  }
  std::vector<std::uint8_t> finish();  // The shortest tail; call once, last.

 private:
  friend class RangeDecoder;
  static constexpr std::uint64_t kNarrowest = std::uint64_t{1} << 48;

  void carry();
  void shift_out();

  std::vector<std::uint8_t> bytes_;
  std::uint64_t low_ = 0;  // bottom of the interval, behind the bytes; its overflow is the carry
  std::uint64_t range_ = ~std::uint64_t{0};  // width of the interval, at least kNarrowest
};

class RangeDecoder {
 public:
  explicit RangeDecoder(std::span<const std::uint8_t> bytes);  // Borrows: bytes must outlive it.

  // Any bytes give decisions: the checksum of the codes decides.
  bool decode(Probability one) {
    const std::uint64_t split = (range_ >> kProbabilityBits) * one;
    const bool decision = offset_ < split;
    range_ = decision ? split : range_ - split;
    offset_ -= decision ? 0 : split;
    if (range_ < RangeEncoder::kNarrowest) shift_in();
    return decision;
  }

 private:
  std::uint64_t next_byte() { return next_ < bytes_.size() ? bytes_[next_++] : 0; }
  void shift_in() {
    range_ <<= 16;
    offset_ = offset_ << 16 | next_byte() << 8;
    offset_ |= next_byte();
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t next_ = 0;
  std::uint64_t offset_ = 0;  // of the coded point above the bottom of the interval
  std::uint64_t range_ = ~std::uint64_t{0};
};

}  // namespace vqcodec::entropy
