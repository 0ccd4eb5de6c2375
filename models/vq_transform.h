// models/vq_transform.h: codec::Transform made of a trained model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "codec/transform.h"
#include "codec/tuning.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

// networks: the section of a `.vqm`. device: "auto", "cpu" or "cuda".
// Throws Error(kCorrupt) for broken bytes, Error(kUnsupported) for a device that is not there.
std::unique_ptr<codec::Transform> make_vq_transform(std::span<const std::uint8_t> networks,
                                                    codec::Tuning tuning,
                                                    const std::string& device);
std::unique_ptr<codec::Transform> make_vq_transform(QuantizedCodec codec, codec::Tuning tuning,
                                                    const torch::Device& device);

}  // namespace vqcodec::models
