// models/vq_transform.h: codec::Transform whose networks LibTorch runs: on a GPU, and as what the
// CPU's own engine (models/inference) is compared with.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "codec/transform.h"
#include "codec/tuning.h"
#include "models/codec_networks.h"
#include "models/inference/networks.h"

namespace vqcodec::models {

// compute: type of the convolutions.
std::unique_ptr<Networks> make_torch_networks(CodecNetworks networks, const torch::Device& device,
                                              torch::ScalarType compute);

// networks: the section of a `.vqm`. device: "auto", "cpu" or "cuda".
// Throws Error(kCorrupt) for broken bytes, Error(kUnsupported) for a device that is not there.
std::unique_ptr<codec::Transform> make_vq_transform(std::span<const std::uint8_t> networks,
                                                    codec::Tuning tuning,
                                                    const std::string& device);

}  // namespace vqcodec::models
