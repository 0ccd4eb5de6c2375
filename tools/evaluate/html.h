// tools/evaluate/html.h: text and tables as HTML.
#pragma once

#include <string>
#include <string_view>

#include "tools/evaluate/table.h"

namespace vqcodec::tools {

// For the inside of elements and of attributes in double quotes. Bytes that are not UTF-8 stay:
// browsers show U+FFFD for them and take nothing after them along.
std::string escaped(std::string_view text);

// A heading, the note and the table in a frame of its own, so that a wide one scrolls by itself.
// Columns whose fields are all numbers or blank are aligned as such.
std::string as_html(const Table& table);

}  // namespace vqcodec::tools
