// tools/train/networks_module.cc: what the program finds in libvqcodec_networks.so.
#include <cstddef>
#include <cstdint>

#include "codec/network_kind.h"
#include "codec/transform.h"
#include "models/generative/vq_vae_transform.h"
#include "models/torch_errors.h"
#include "models/vq_transform.h"
#include "tools/train/train_command.h"

using vqcodec::models::with_own_errors;

extern "C" {

__attribute__((visibility("default"))) vqcodec::codec::Transform* vqcodec_make_transform_2(
    const std::uint8_t* networks, std::size_t size, vqcodec::codec::Tuning tuning,
    const char* device) {
  using namespace vqcodec;
  return with_own_errors([&] {
    const std::span section(networks, size);
    if (codec::network_kind(section) == codec::NetworkKind::kVqVae)
      return models::make_vq_vae_transform(section, device).release();
    return models::make_vq_transform(section, tuning, device).release();
  });
}

__attribute__((visibility("default"))) int vqcodec_train(int argc, const char* const* argv) {
  return with_own_errors([&] { return vqcodec::tools::network_command(argc, argv); });
}

}  // extern "C"
