// tools/library/network_module.h: the networks, in shared libraries that are loaded where one is
// run: one of oneDNN for pictures on the CPU, and one of LibTorch for the GPU, for networks that
// are not the codec's own and for training, as a program linked to that spends 0.4 s before main().
//
// models/ builds libvqcodec_inference.so with the first of these two functions and
// libvqcodec_networks.so with both, declared extern "C". Exceptions of type Error may leave them.
// The number in a name changes with the signature, so that a library of another build is refused
// instead of crashing.
//
//   vqcodec::codec::Transform* vqcodec_make_transform_2(const std::uint8_t* networks,
//       std::size_t size, vqcodec::codec::Tuning tuning,
//       const char* device);   // The caller deletes it.
//   int vqcodec_train(int argc, const char* const* argv);     // argv[0] is "train"
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "codec/transform.h"
#include "codec/tuning.h"
#include "tools/library/companion_library.h"

namespace vqcodec::library {

// VQCODEC_NETWORKS: a library's path in place of either.
class NetworkModule {
 public:
  // networks: the section of a `.vqm`; device: "auto", "cpu" or "cuda". Both throw
  // Error(kUnsupported).
  static NetworkModule for_pictures(std::span<const std::uint8_t> networks,
                                    const std::string& device);
  static NetworkModule for_training();

  // Throws Error(kUnsupported) for a device that is not there, Error(kCorrupt) for networks that
  // cannot be.
  std::unique_ptr<codec::Transform> make_transform(std::span<const std::uint8_t> networks,
                                                   codec::Tuning tuning,
                                                   const std::string& device) const;
  int train(int argc, const char* const* argv) const;  // Returns the exit code.

 private:
  explicit NetworkModule(const LibraryName& name);

  CompanionLibrary library_;
};

}  // namespace vqcodec::library
