// tools/library/failure.h: what an exception says to those outside, be it an exit code or a C
// status.
#pragma once

#include <exception>
#include <string>

#include "entropy/error.h"

namespace vqcodec::library {

struct Failure {
  ErrorKind kind;
  std::string message;  // one line: what is no text in it, such as a line break, is '?'
};

// The Error's kind; kResource for what the system refuses (memory, file), kInternal for all else.
Failure describe(const std::exception_ptr& exception);

// In one line.
std::string printable(std::string text);

}  // namespace vqcodec::library
