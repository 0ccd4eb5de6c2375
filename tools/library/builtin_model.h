// tools/library/builtin_model.h: the model that is part of the program and of libvqcodec.
#pragma once

#include <cstdint>
#include <span>

namespace vqcodec::library {

// The bytes of a .vqm; empty where the build had none. Nothing is read from disk until it is used.
std::span<const std::uint8_t> builtin_model();

}  // namespace vqcodec::library
