#include "codec/checksum.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include <array>

#include "entropy/error.h"

namespace vqcodec::codec {

std::uint64_t checksum64(std::span<const std::uint8_t> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint32_t checksum32(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(checksum64(bytes));
}

std::uint64_t fingerprint64(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, 32> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw Error(ErrorKind::kInternal, "fingerprint: the library refused to compute SHA-256");
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | digest[static_cast<std::size_t>(i)];
  return value;
}

}  // namespace vqcodec::codec
