#include "codec/checksum.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include <array>
#include <memory>

#include "entropy/error.h"

namespace vqcodec::codec {

std::uint64_t checksum64(std::span<const std::uint8_t> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint32_t checksum32(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(checksum64(bytes));
}

std::uint64_t fingerprint64(std::initializer_list<std::span<const std::uint8_t>> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state(EVP_MD_CTX_new(),
                                                                      EVP_MD_CTX_free);
  std::array<std::uint8_t, 32> digest{};
  bool done = state && EVP_DigestInit_ex(state.get(), EVP_sha256(), nullptr) == 1;
  for (const auto part : parts)
    done = done && EVP_DigestUpdate(state.get(), part.data(), part.size()) == 1;
  if (!done || EVP_DigestFinal_ex(state.get(), digest.data(), nullptr) != 1)
    throw Error(ErrorKind::kInternal, "fingerprint: the library refused to compute SHA-256");
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | digest[static_cast<std::size_t>(i)];
  return value;
}

}  // namespace vqcodec::codec
