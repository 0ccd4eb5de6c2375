#include "tools/network_module.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "entropy/error.h"
#include "tools/program_path.h"

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "libvqcodec_networks.so";

using MakeTransform = codec::Transform*(const std::uint8_t*, std::size_t, const char*, int);
using Train = int(int, const char* const*);

fs::path find_library() {
  if (const char* path = std::getenv("VQCODEC_NETWORKS")) return path;
  const auto folder = program_folder();
  for (const auto& path : {folder / kFileName, folder.parent_path() / "lib/vqcodec" / kFileName})
    if (fs::exists(path)) return path;
  throw Error(ErrorKind::kUnsupported, "this build has no networks: ", kFileName,
              " is not beside the program; build with -DVQCODEC_MODELS=ON");
}

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
  const auto path = find_library();
  // dlopen searches the system for a name without a slash; ours is a path.
  void* library = ::dlopen(fs::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw Error(ErrorKind::kUnsupported, "cannot load the networks: ", ::dlerror(),
                "; is LibTorch installed?");
  return NetworkModule(library);
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

void* NetworkModule::function(const char* name) const {
  void* address = ::dlsym(library_, name);
  if (!address)
    throw Error(ErrorKind::kUnsupported, kFileName, " has no function ", name,
                "; it belongs to another build");
  return address;
}

std::unique_ptr<codec::Transform> NetworkModule::make_transform(
    std::span<const std::uint8_t> networks, const std::string& device, int threads) const {
  auto* const make = reinterpret_cast<MakeTransform*>(function("vqcodec_make_transform"));
  return std::unique_ptr<codec::Transform>(
      make(networks.data(), networks.size(), device.c_str(), threads));
}

int NetworkModule::train(int argc, const char* const* argv) const {
  return reinterpret_cast<Train*>(function("vqcodec_train"))(argc, argv);
}

}  // namespace vqcodec::tools
