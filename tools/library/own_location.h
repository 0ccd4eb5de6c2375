// tools/library/own_location.h: where this code lies; what belongs to it is found from there.
#pragma once

#include <filesystem>

namespace vqcodec::library {

// The folder of the program or, inside libvqcodec.so, of the library.
std::filesystem::path own_folder();

// The folder of an installation that has bin/, lib/ and share/: the one above own_folder(), or
// above lib where the library is in lib/x86_64-linux-gnu.
std::filesystem::path installation_folder();

}  // namespace vqcodec::library
