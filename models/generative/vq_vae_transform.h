// models/generative/vq_vae_transform.h: codec::Transform made of a trained VqVae: its codes as a
// `.vqc` has them. One quality; pictures of any size, for all its networks are convolutions.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "codec/transform.h"
#include "models/generative/vq_vae.h"

namespace vqcodec::models {

// By LibTorch on the CPU, in float32. The model shares its values with the transform.
std::unique_ptr<codec::Transform> make_vq_vae_transform(std::shared_ptr<VqVae> model);

// networks: the section of a `.vqm`. Throws Error(kCorrupt) for broken bytes, Error(kUnsupported)
// for another device than "auto" or "cpu".
std::unique_ptr<codec::Transform> make_vq_vae_transform(std::span<const std::uint8_t> networks,
                                                        const std::string& device);

}  // namespace vqcodec::models
