// tools/model_table.h: a model's figures for people.
#pragma once

#include <string>

#include "codec/model_file.h"
#include "codec/transform.h"

namespace vqcodec::tools {

// origin: where it comes from. Prints to standard output.
void print_model(const codec::ModelSummary& model, const std::string& origin);
// What its networks cost. The model has been read whole.
void print_arithmetic(const codec::ModelFile& model, const codec::Transform& transform);

}  // namespace vqcodec::tools
