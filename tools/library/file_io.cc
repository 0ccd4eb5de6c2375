#include "tools/library/file_io.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "entropy/error.h"

namespace vqcodec::library {
namespace {

constexpr std::size_t kPipeBlockBytes = std::size_t{1} << 16;

// What to make room for: the file's size, where the descriptor is a file.
std::size_t expected_bytes(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return kPipeBlockBytes;
  return std::min(static_cast<std::size_t>(status.st_size), kMaxFileBytes) + 1;
}

std::vector<std::uint8_t> read_all(int descriptor) {
  std::vector<std::uint8_t> bytes(expected_bytes(descriptor));
  std::size_t size = 0;
  while (true) {
    if (size == bytes.size()) bytes.resize(2 * size);
    const ssize_t count = ::read(descriptor, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_error("cannot read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > kMaxFileBytes)
      throw Error(ErrorKind::kResource, "more than ", kMaxFileBytes, " bytes, the largest file");
  }
  bytes.resize(size);
  return bytes;
}

int open_to_read(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_system_error("cannot open");
  return descriptor;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileDescriptor::close() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) throw_system_error("cannot write");
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  if (path == kStandardStream) return read_all(STDIN_FILENO);
  return read_all(FileDescriptor(open_to_read(path)).get());
}

MappedFile::MappedFile(const std::string& path) {
  if (path != kStandardStream) {
    const FileDescriptor file(open_to_read(path));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) throw_system_error("cannot read");
    const auto size = static_cast<std::size_t>(status.st_size);
    void* start = S_ISREG(status.st_mode) && size > 0
                      ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0)
                      : MAP_FAILED;
    if (start != MAP_FAILED) {
      bytes_ = {static_cast<const std::uint8_t*>(start), size};
      return;
    }
  }
  read_ = read_file(path);
  bytes_ = read_;
}

MappedFile::~MappedFile() {
  if (read_.empty() && !bytes_.empty())
    ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

void write_all(int descriptor, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_error("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void throw_system_error(const char* action) {
  throw Error(ErrorKind::kResource, action, ": ", std::strerror(errno));
}

}  // namespace vqcodec::library
