// tests/fuzz/expected_errors.h: which errors bytes from outside may cause.
#pragma once

#include <cstdlib>

#include "entropy/error.h"

namespace vqcodec::testing {

// Errors that find fault with the bytes are as it should be; one that finds fault with the caller
// is a bug, and ends the run.
template <typename Action>
void with_errors_of_input(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal || error.kind() == ErrorKind::kUsage) std::abort();
  }
}

}  // namespace vqcodec::testing
