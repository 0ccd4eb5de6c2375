// tools/network_module.h: the networks, in a shared library that only those commands load that run
// a network: a program linked to LibTorch spends 0.4 s before main().
//
// models/ builds libvqcodec_networks.so with these two functions, declared extern "C". Exceptions
// of type Error may leave them. The number in a name changes with the signature, so that a library
// of another build is refused instead of crashing.
//
//   vqcodec::codec::Transform* vqcodec_make_transform_2(const std::uint8_t* networks,
//       std::size_t size, vqcodec::codec::Tuning tuning,
//       const char* device);   // The caller deletes it.
//   int vqcodec_train(int argc, const char* const* argv);     // argv[0] is "train"
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <span>
#include <string>

#include "codec/transform.h"
#include "codec/tuning.h"
#include "tools/program_library.h"

namespace vqcodec::tools {

class NetworkModule {
 public:
  // Throws Error(kUnsupported). VQCODEC_NETWORKS: the library's path.
  static NetworkModule load();
  // Starts to load it beside the caller's other work. Failures show in load().
  static std::future<void> preload();

  // device: "auto", "cpu" or "cuda". Throws Error(kUnsupported) for a device that is not there,
  // Error(kCorrupt) for networks that cannot be.
  std::unique_ptr<codec::Transform> make_transform(std::span<const std::uint8_t> networks,
                                                   codec::Tuning tuning,
                                                   const std::string& device) const;
  int train(int argc, const char* const* argv) const;  // Returns the exit code.

 private:
  explicit NetworkModule(ProgramLibrary library) : library_(library) {}

  ProgramLibrary library_;
};

}  // namespace vqcodec::tools
