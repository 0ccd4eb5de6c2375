// tools/library/file_io.h: whole files to bytes and bytes to descriptors. Failures are
// Error(kResource).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::library {

inline constexpr const char* kStandardStream = "-";  // standard input or output, by context
inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 32;

// Owns an open descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return descriptor_; }
  void close();  // Throws: a full disk may be reported only here.

 private:
  int descriptor_;
};

std::vector<std::uint8_t> read_file(const std::string& path);  // or kStandardStream

// A file that is read where it is looked at, and not before; standard input is read whole. The file
// must not become shorter meanwhile.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);  // or kStandardStream
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> read_;  // what cannot be mapped
  std::span<const std::uint8_t> bytes_;
};

void write_all(int descriptor, std::span<const std::uint8_t> bytes);

// What `work` gives; its Error says first what it is about: "<subject>: ...".
template <typename Work>
decltype(auto) naming(const std::string& subject, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(error.kind(), subject, ": ", error.what());
  }
}

// The Error that errno stands for, e.g. "cannot open: No such file or directory".
[[noreturn]] void throw_system_error(const char* action);

}  // namespace vqcodec::library
