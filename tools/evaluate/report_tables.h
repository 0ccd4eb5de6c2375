// tools/evaluate/report_tables.h: the figures of an evaluation as tables.
#pragma once

#include <vector>

#include "tools/evaluate/summary.h"
#include "tools/evaluate/table.h"

namespace vqcodec::tools {

// Differences by each measure, means at each setting, and what the codecs are set to.
std::vector<Table> report_tables(const EvaluationReport& report);

}  // namespace vqcodec::tools
