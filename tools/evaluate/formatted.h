// tools/evaluate/formatted.h: printf to a string, checked by the compiler, and what is made of it.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>

namespace vqcodec::tools {

__attribute__((format(printf, 1, 2))) inline std::string formatted(const char* format, ...) {
  std::va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

// "-" where nothing was counted.
inline std::string mebibytes(std::uint64_t bytes) {
  return bytes > 0 ? formatted("%.1f", static_cast<double>(bytes) / (1 << 20)) : "-";
}

}  // namespace vqcodec::tools
