// models/generative/vq_vae_bytes.h: a trained VqVae without its priors as the networks section of a
// `.vqm` (codec/FORMAT.md, "Networks of a VQ-VAE").
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/generative/vq_vae.h"

namespace vqcodec::models {

// Throws Error(kUnsupported) for a model that a codec cannot run: on other pictures than colour
// ones, with more codewords than entropy/code_map.h has, or with codes too far apart.
std::vector<std::uint8_t> write_vq_vae(const VqVae& model);

// Makes codes and pictures as the model that was written, its matrices rounded to float16. Its
// priors are untrained. Throws Error(kCorrupt).
std::shared_ptr<VqVae> read_vq_vae(std::span<const std::uint8_t> bytes);

}  // namespace vqcodec::models
