// codec/network_kind.h: which networks a model file's section holds, told by how it begins. What
// follows is for models/ alone (codec/FORMAT.md, "Networks").
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace vqcodec::codec {

enum class NetworkKind {
  kCodec,  // for oneDNN and LibTorch
  kVqVae   // for LibTorch alone
};

// No section of the codec's networks begins so: it would have 16383 hidden channels or more, where
// 1024 are the most.
inline constexpr std::array<std::uint8_t, 4> kVqVaeTag = {0xFF, 0xFF, 'v', 'q'};

inline NetworkKind network_kind(std::span<const std::uint8_t> section) {
  const bool tagged = section.size() >= kVqVaeTag.size() &&
                      std::equal(kVqVaeTag.begin(), kVqVaeTag.end(), section.begin());
  return tagged ? NetworkKind::kVqVae : NetworkKind::kCodec;
}

}  // namespace vqcodec::codec
