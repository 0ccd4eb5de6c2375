// tools/evaluate/csv.h: rows of comma-separated values. No field holds a line break.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::tools {

// A field with a comma or a quote is quoted, and its quotes doubled.
std::string csv_field(const std::string& text);
std::vector<std::string> csv_fields(std::string_view line);

// Throws Error(kCorrupt) unless all of the text is a number; format: as std::from_chars has it.
template <typename Number, typename... Format>
Number csv_number(const std::string& text, Format... format) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value, format...);
  const bool ordered = value == value;  // A NaN has no place among others.
  if (problem != std::errc{} || stop != end || !ordered)
    throw Error(ErrorKind::kCorrupt, "found \"", text, "\", expected a number");
  return value;
}

}  // namespace vqcodec::tools
