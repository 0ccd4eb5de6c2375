// tools/evaluate/table_text.h: tables for a terminal.
#pragma once

#include <string>

#include "tools/evaluate/table.h"

namespace vqcodec::tools {

// Title, header and rows in aligned columns, then the note: first columns that hold words to the
// left, numbers to the right.
std::string as_text(const Table& table);

}  // namespace vqcodec::tools
