// tools/train/reproduction_table.h: published figures beside ours, as a page of Markdown.
#pragma once

#include <string>
#include <vector>

#include "tools/train/results.h"

namespace vqcodec::tools {

// Of every recipe, row by row; of results with the same metric and command the last. pictures: a
// folder that the page links, with <recipe>.png for those recipes that have samples to show, and
// figures/<figure>.svg or .png.
std::string reproduction_table(const std::vector<Result>& results, const std::string& pictures);

}  // namespace vqcodec::tools
