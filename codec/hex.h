// codec/hex.h: fingerprints and checksums as the user reads them.
#pragma once

#include <cstdint>
#include <string>

namespace vqcodec::codec {

// digits: the lowest so many, with leading zeros.
inline std::string hex(std::uint64_t value, int digits = 16) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4)
    *digit = "0123456789abcdef"[value & 15];
  return text;
}

}  // namespace vqcodec::codec
