#include "tools/library/network_module.h"

#include <filesystem>

#include "codec/network_kind.h"
#include "entropy/error.h"

namespace vqcodec::library {
namespace {

constexpr LibraryName kOneDnn = {.file = "libvqcodec_inference.so",
                                 .variable = "VQCODEC_NETWORKS",
                                 .contents = "the networks",
                                 .needs = "oneDNN"};
constexpr LibraryName kLibTorch = {.file = "libvqcodec_networks.so",
                                   .variable = "VQCODEC_NETWORKS",
                                   .contents = "the networks",
                                   .needs = "LibTorch"};

#ifdef VQCODEC_GPU
constexpr bool kBuiltForGpu = true;
#else
constexpr bool kBuiltForGpu = false;
#endif

using MakeTransform = codec::Transform*(const std::uint8_t*, std::size_t, codec::Tuning,
                                        const char*);
using Train = int(int, const char* const*);

std::filesystem::path path_of(const LibraryName& name) {
  const auto path = CompanionLibrary::find(name);
  if (!path)
    throw Error(ErrorKind::kUnsupported, "this build has no ", name.needs, ": ", name.file,
                " is not beside it; install it there or name its path in ", name.variable,
                " (-DVQCODEC_MODELS=OFF builds none for LibTorch)");
  return *path;
}

}  // namespace

NetworkModule::NetworkModule(const LibraryName& name) : library_(name, path_of(name)) {}

NetworkModule NetworkModule::for_pictures(std::span<const std::uint8_t> networks,
                                          const std::string& device) {
  const bool has_gpu = kBuiltForGpu && std::filesystem::exists("/dev/nvidiactl");
  const bool on_gpu = device == "cuda" || (device == "auto" && has_gpu);
  const bool own = codec::network_kind(networks) == codec::NetworkKind::kCodec;
  return NetworkModule(on_gpu || !own ? kLibTorch : kOneDnn);
}

NetworkModule NetworkModule::for_training() { return NetworkModule(kLibTorch); }

std::unique_ptr<codec::Transform> NetworkModule::make_transform(
    std::span<const std::uint8_t> networks, codec::Tuning tuning, const std::string& device) const {
  auto* const make = library_.function<MakeTransform>("vqcodec_make_transform_2");
  return std::unique_ptr<codec::Transform>(
      make(networks.data(), networks.size(), tuning, device.c_str()));
}

int NetworkModule::train(int argc, const char* const* argv) const {
  return library_.function<Train>("vqcodec_train")(argc, argv);
}

}  // namespace vqcodec::library
