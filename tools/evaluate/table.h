// tools/evaluate/table.h: a table of the report, still as text.
#pragma once

#include <string>
#include <vector>

namespace vqcodec::tools {

struct Table {
  std::string title;
  std::string note;  // a sentence or two on how to read it; may be empty
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as wide as the header
};

}  // namespace vqcodec::tools
