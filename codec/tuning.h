// codec/tuning.h: what a model was trained to keep.
#pragma once

#include <cstdint>

namespace vqcodec::codec {

enum class Tuning : std::uint8_t { kPsnr = 0, kMsSsim = 1 };

const char* name_of(Tuning tuning);  // "psnr", "ms-ssim"

}  // namespace vqcodec::codec
