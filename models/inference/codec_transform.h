// models/inference/codec_transform.h: codec::Transform made of networks and codebooks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "codec/transform.h"
#include "codec/tuning.h"
#include "models/inference/networks.h"

namespace vqcodec::models {

// file: that of the networks.
std::unique_ptr<codec::Transform> make_codec_transform(const NetworkFile& file,
                                                       std::unique_ptr<Networks> networks,
                                                       codec::Tuning tuning);

// On the CPU. networks: the section of a `.vqm`. Throws Error(kCorrupt) for broken bytes.
std::unique_ptr<codec::Transform> make_cpu_transform(std::span<const std::uint8_t> networks,
                                                     codec::Tuning tuning);

}  // namespace vqcodec::models
