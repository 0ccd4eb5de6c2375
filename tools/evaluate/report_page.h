// tools/evaluate/report_page.h: a report as one HTML file that loads nothing.
#pragma once

#include <string>
#include <vector>

#include "tools/evaluate/shown_pictures.h"
#include "tools/evaluate/table.h"

namespace vqcodec::tools {

struct Chart {
  std::string title;
  std::string svg;  // as gnuplot writes it
};

struct ReportPage {
  std::string title;
  std::string summary;  // a paragraph
  std::vector<Chart> charts;
  std::vector<ShownPicture> pictures;
  std::vector<Table> tables;
};

std::string as_html(const ReportPage& page);

}  // namespace vqcodec::tools
