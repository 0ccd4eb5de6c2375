#include "tools/program_library.h"

#include <dlfcn.h>

#include <cstdlib>

#include "entropy/error.h"
#include "tools/program_path.h"

namespace vqcodec::tools {

namespace fs = std::filesystem;

std::optional<fs::path> ProgramLibrary::find(const LibraryName& name) {
  if (const char* path = std::getenv(name.variable)) return path;
  const auto folder = program_folder();
  for (const auto& path : {folder / name.file, folder.parent_path() / "lib/vqcodec" / name.file})
    if (fs::exists(path)) return path;
  return std::nullopt;
}

// dlopen searches the system for a name without a slash; ours is a path.
ProgramLibrary::ProgramLibrary(const LibraryName& name, const fs::path& path)
    : file_(name.file), handle_(::dlopen(fs::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr)
    throw Error(ErrorKind::kUnsupported, "cannot load ", name.contents, ": ", ::dlerror(), "; is ",
                name.needs, " installed?");
}

void* ProgramLibrary::address(const char* function_name) const {
  void* address = ::dlsym(handle_, function_name);
  if (address == nullptr)
    throw Error(ErrorKind::kUnsupported, file_, " has no function ", function_name,
                "; it belongs to another build");
  return address;
}

}  // namespace vqcodec::tools
