#include "tools/library/companion_library.h"

#include <dlfcn.h>

#include <cstdlib>

#include "entropy/error.h"
#include "tools/library/own_location.h"

namespace vqcodec::library {

namespace fs = std::filesystem;

std::optional<fs::path> CompanionLibrary::find(const LibraryName& name) {
  if (const char* path = ::secure_getenv(name.variable)) return path;
  for (const auto& path :
       {own_folder() / name.file, installation_folder() / "lib/vqcodec" / name.file})
    if (fs::exists(path)) return path;
  return std::nullopt;
}

// dlopen searches the system for a name without a slash; ours is a path.
CompanionLibrary::CompanionLibrary(const LibraryName& name, const fs::path& path)
    : file_(name.file), handle_(::dlopen(fs::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr)
    throw Error(ErrorKind::kUnsupported, "cannot load ", name.contents, ": ", ::dlerror(), "; is ",
                name.needs, " installed?");
}

void* CompanionLibrary::address(const char* function_name) const {
  void* address = ::dlsym(handle_, function_name);
  if (address == nullptr)
    throw Error(ErrorKind::kUnsupported, file_, " has no function ", function_name,
                "; it belongs to another build");
  return address;
}

}  // namespace vqcodec::library
