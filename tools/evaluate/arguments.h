// tools/evaluate/arguments.h: what `vqcodec evaluate` is told to do.
#pragma once

#include <string>
#include <vector>

#include "tools/command.h"
#include "tools/evaluate/report.h"

namespace vqcodec::tools {

struct EvaluateArguments {
  std::vector<std::string> inputs;
  std::string qualities;  // empty: all of the model
  std::string against;    // empty: all peers
  std::string metrics = "psnr,ms-ssim";
  std::vector<std::string> models;  // empty: the one that compress takes
  std::string device = "auto";
  std::string report_folder;  // empty: print alone
  bool decompose = false;
  std::vector<std::string> train_side;  // implies it
  bool resume = false;
  bool force = false;
  int threads = 0;
  ReportOptions report;
};

void add_evaluate_options(CLI::App& parser, EvaluateArguments& arguments);

}  // namespace vqcodec::tools
