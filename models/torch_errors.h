// models/torch_errors.h: LibTorch's errors, which carry a backtrace of many lines, as our own of
// one.
#pragma once

#include <c10/util/Exception.h>

#include <string>

#include "entropy/error.h"

namespace vqcodec::models {

// Returns what action() returns; throws Error(kInternal) for LibTorch's errors.
template <typename Action>
auto with_own_errors(Action action) {
  try {
    return action();
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    throw Error(ErrorKind::kInternal, message.substr(0, message.find('\n')));
  }
}

}  // namespace vqcodec::models
