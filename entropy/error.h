// entropy/error.h: the one exception type. Its kind is the program's exit code.
// Here, on the lowest floor, because every floor throws it; only tools/main.cc catches it.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace vqcodec {

enum class ErrorKind {
  kInternal = 1,     // our fault
  kUsage = 2,        // arguments that make no sense; output that exists
  kCorrupt = 3,      // damaged input
  kUnsupported = 4,  // another version or model, a feature or device that is not there
  kResource = 5,     // file, disk, memory, limit
};

class Error : public std::runtime_error {
 public:
  // The parts are streamed one after another into a message of one line, which says where, what was
  // found and what was expected. The tool adds the file's name, once.
  template <typename... Parts>
  explicit Error(ErrorKind kind, Parts&&... parts)
      : std::runtime_error(joined(std::forward<Parts>(parts)...)), kind_(kind) {}

  ErrorKind kind() const { return kind_; }

 private:
  template <typename... Parts>
  static std::string joined(Parts&&... parts) {
    std::ostringstream out;
    (out << ... << std::forward<Parts>(parts));
    return out.str();
  }

  ErrorKind kind_;
};

}  // namespace vqcodec
