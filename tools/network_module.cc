#include "tools/network_module.h"

#include <cstdlib>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::tools {
namespace {

constexpr LibraryName kLibrary = {.file = "libvqcodec_networks.so",
                                  .variable = "VQCODEC_NETWORKS",
                                  .contents = "the networks",
                                  .needs = "LibTorch"};

using MakeTransform = codec::Transform*(const std::uint8_t*, std::size_t, codec::Tuning,
                                        const char*);
using Train = int(int, const char* const*);

// Both libraries read this once, when they are loaded. OpenBLAS's own threads would spin beside
// LibTorch's. LibTorch's (OpenMP) spin while they wait for each other, unless told not to: beside
// another busy process that made the networks seven times slower, alone it gains nothing.
void choose_thread_policies() {
  ::setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/0);
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", /*overwrite=*/0);
}

}  // namespace

NetworkModule NetworkModule::load() {
  choose_thread_policies();
  const auto path = ProgramLibrary::find(kLibrary);
  if (!path)
    throw Error(ErrorKind::kUnsupported, "this build has no networks: ", kLibrary.file,
                " is not beside the program; build with -DVQCODEC_MODELS=ON");
  return NetworkModule(ProgramLibrary(kLibrary, *path));
}

std::future<void> NetworkModule::preload() {
  choose_thread_policies();
  return std::async(std::launch::async, [] {
    try {
      load();
    } catch (const Error&) {
      // The caller's own load() says it.
    }
  });
}

std::unique_ptr<codec::Transform> NetworkModule::make_transform(
    std::span<const std::uint8_t> networks, codec::Tuning tuning, const std::string& device) const {
  auto* const make = library_.function<MakeTransform>("vqcodec_make_transform_2");
  return std::unique_ptr<codec::Transform>(
      make(networks.data(), networks.size(), tuning, device.c_str()));
}

int NetworkModule::train(int argc, const char* const* argv) const {
  return library_.function<Train>("vqcodec_train")(argc, argv);
}

}  // namespace vqcodec::tools
