// tools/exit_code.h: every failure becomes one line on standard error and an exit code.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace vqcodec::tools {

// Prints "vqcodec: subject: message" (an empty subject is left out) and returns the exit code: the
// Error's kind, 5 for what the system refuses (memory, file), 1 for anything else.
int report(const std::exception_ptr& failure, const std::string& subject);

// A line on standard error after "vqcodec: "; what is no text in it, such as a line break in a
// file's name, becomes '?'.
void print_message(const std::string& message);

// Runs `work`; 0, or what `report` returns for the exception that left it.
template <typename Work>
int exit_code_of(const std::string& subject, Work&& work) {
  try {
    std::forward<Work>(work)();
    return 0;
  } catch (...) {
    return report(std::current_exception(), subject);
  }
}

}  // namespace vqcodec::tools
