// tools/evaluate/page_assets.h: report.css and report.js as the build has put them in.
#pragma once

#include <string_view>

namespace vqcodec::tools {

std::string_view page_style();
std::string_view page_script();

}  // namespace vqcodec::tools
