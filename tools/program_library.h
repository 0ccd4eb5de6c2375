// tools/program_library.h: a shared library that belongs to the program and that only those
// commands load that need it, so that the others start quickly.
#pragma once

#include <filesystem>
#include <optional>

namespace vqcodec::tools {

struct LibraryName {
  const char* file;      // e.g. "libvqcodec_networks.so"
  const char* variable;  // of the environment: a path to take instead
  const char* contents;  // for messages: "the networks"
  const char* needs;     // likewise, e.g. "LibTorch"
};

class ProgramLibrary {
 public:
  // Looks where the variable says, then beside the program, then in ../lib/vqcodec. Empty: it is
  // nowhere.
  static std::optional<std::filesystem::path> find(const LibraryName& name);

  // Throws Error(kUnsupported). It stays loaded to the end: exceptions and objects are made of it.
  ProgramLibrary(const LibraryName& name, const std::filesystem::path& path);

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

}  // namespace vqcodec::tools
