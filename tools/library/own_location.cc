#include "tools/library/own_location.h"

#include <dlfcn.h>
#include <link.h>

namespace vqcodec::library {

namespace fs = std::filesystem;

fs::path own_folder() {
  Dl_info info{};
  link_map* object = nullptr;
  const bool found = ::dladdr1(reinterpret_cast<const void*>(&own_folder), &info,
                               reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) != 0;
  // The program itself has no name there.
  const bool is_library = found && object != nullptr && object->l_name[0] != '\0';
  return fs::canonical(is_library ? object->l_name : "/proc/self/exe").parent_path();
}

fs::path installation_folder() {
  const auto above = own_folder().parent_path();
  return above.filename() == "lib" ? above.parent_path() : above;
}

}  // namespace vqcodec::library
