// tests/codec/files.h: files of the tests, and the kind of error that a call ends with.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "entropy/error.h"

namespace vqcodec {

// How GoogleTest prints a kind.
inline void PrintTo(ErrorKind kind, std::ostream* out) {
  *out << "ErrorKind " << static_cast<int>(kind);
}

namespace codec {

inline std::filesystem::path testdata(const char* name) {
  return std::filesystem::path(VQCODEC_TESTDATA_DIR) / name;
}

// The folder of the large data, which a checkout does not hold.
inline std::optional<std::filesystem::path> data_folder() {
  const char* folder = std::getenv("VQCODEC_DATA");
  if (folder == nullptr) return std::nullopt;
  return folder;
}

inline std::vector<std::uint8_t> file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorKind::kResource, path.string(), ": cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Empty where the call returns.
template <typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

// Empty where the call returns.
template <typename Call>
std::optional<ErrorKind> error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

}  // namespace codec
}  // namespace vqcodec
