// tools/model_table.h: a model's figures for people.
#pragma once

#include <string>

#include "codec/model_file.h"

namespace vqcodec::tools {

// origin: where it comes from. Prints to standard output.
void print_model(const codec::ModelSummary& model, const std::string& origin);

}  // namespace vqcodec::tools
