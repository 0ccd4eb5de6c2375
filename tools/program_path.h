// tools/program_path.h: where the program lies; what belongs to it is found from there.
#pragma once

#include <filesystem>

namespace vqcodec::tools {

inline std::filesystem::path program_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace vqcodec::tools
