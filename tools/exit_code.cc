#include "tools/exit_code.h"

#include <cstdio>

#include "tools/library/failure.h"

namespace vqcodec::tools {

void print_message(const std::string& message) {
  std::fprintf(stderr, "vqcodec: %s\n", library::printable(message).c_str());
}

int report(const std::exception_ptr& failure, const std::string& subject) {
  const auto [kind, message] = library::describe(failure);
  print_message(subject.empty() ? message : subject + ": " + message);
  return static_cast<int>(kind);
}

}  // namespace vqcodec::tools
