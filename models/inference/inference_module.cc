// models/inference/inference_module.cc: what the program finds in libvqcodec_inference.so
// (tools/library/network_module.h).
#include <cstddef>
#include <string_view>

#include "entropy/error.h"
#include "models/inference/codec_transform.h"

extern "C" __attribute__((visibility("default"))) vqcodec::codec::Transform*
vqcodec_make_transform_2(const std::uint8_t* networks, std::size_t size,
                         vqcodec::codec::Tuning tuning, const char* device) {
  using vqcodec::Error;
  if (device == std::string_view("cuda"))
    throw Error(vqcodec::ErrorKind::kUnsupported, "oneDNN runs on the CPU alone");
  return vqcodec::models::make_cpu_transform({networks, size}, tuning).release();
}
