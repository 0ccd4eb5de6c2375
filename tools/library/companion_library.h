// tools/library/companion_library.h: a shared library that belongs to vqcodec and is loaded only
// where it is needed, so that what does without it starts quickly.
#pragma once

#include <filesystem>
#include <optional>

namespace vqcodec::library {

struct LibraryName {
  const char* file;      // e.g. "libvqcodec_networks.so"
  const char* variable;  // of the environment: a path to take instead
  const char* contents;  // for messages: "the networks"
  const char* needs;     // likewise, e.g. "LibTorch"
};

class CompanionLibrary {
 public:
  // Looks where the variable says (not in a program with more rights than its user), then beside
  // this code, then in the installation's lib/vqcodec. Empty: it is nowhere.
  static std::optional<std::filesystem::path> find(const LibraryName& name);

  // Throws Error(kUnsupported). It stays loaded to the end: exceptions and objects are made of it.
  CompanionLibrary(const LibraryName& name, const std::filesystem::path& path);

  // One that it declares extern "C". Throws Error(kUnsupported).
  template <typename Function>
  Function* function(const char* function_name) const {
    return reinterpret_cast<Function*>(address(function_name));
  }

 private:
  void* address(const char* function_name) const;

  const char* file_;
  void* handle_;
};

}  // namespace vqcodec::library
