// tools/library/c_struct.h: structures of the C API, which begin with the size that they had in the
// caller's header.
#pragma once

#include <algorithm>
#include <cstring>

#include "entropy/error.h"

namespace vqcodec::library {

// In the first version of the library that had it. A structure that grows keeps its old size here,
// by a specialisation.
template <typename Struct>
inline constexpr std::size_t kFirstSize = sizeof(Struct);

template <typename Struct>
void check_size(const Struct* given, const char* name) {
  if (given == nullptr) throw Error(ErrorKind::kUsage, name, " is NULL");
  if (given->struct_size < kFirstSize<Struct>)
    throw Error(ErrorKind::kUsage, name, "->struct_size is ", given->struct_size, ", expected ",
                sizeof(Struct), ", its sizeof");
}

// What the caller's header knows of it; the rest is 0. Throws Error: (kUsage) for a size that
// never was, (kUnsupported) for members of a later version that ask for something.
template <typename Struct>
Struct read_struct(const Struct* given, const char* name) {
  check_size(given, name);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(given);
  const bool asks_for_more = given->struct_size > sizeof(Struct) &&
                             std::any_of(bytes + sizeof(Struct), bytes + given->struct_size,
                                         [](unsigned char byte) { return byte != 0; });
  if (asks_for_more)
    throw Error(ErrorKind::kUnsupported, name, " has members that this version does not know");
  Struct result{};
  std::memcpy(&result, given, std::min(given->struct_size, sizeof(Struct)));
  return result;
}

// Options may be NULL: the defaults.
template <typename Struct>
Struct read_options(const Struct* given, const char* name) {
  return given == nullptr ? Struct{} : read_struct(given, name);
}

// Fills in what the caller's header knows of it, but not struct_size.
template <typename Struct>
void write_struct(const Struct& result, Struct& to) {
  constexpr std::size_t kAfterSize = sizeof to.struct_size;
  std::memcpy(reinterpret_cast<unsigned char*>(&to) + kAfterSize,
              reinterpret_cast<const unsigned char*>(&result) + kAfterSize,
              std::min(to.struct_size, sizeof(Struct)) - kAfterSize);
}

// An enumeration of C may hold any number, one of C++ only those near its own.
template <typename Enumeration>
int number_in(const Enumeration& value) {
  static_assert(sizeof value == sizeof(int));
  int number = 0;
  std::memcpy(&number, &value, sizeof number);
  return number;
}

}  // namespace vqcodec::library
