// tools/evaluate/decomposition_tables.h: the decomposition of a model for people, and as JSON.
//
// Bits per pixel here are those of all pictures together by the pixels of all pictures.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/evaluate/decomposition.h"
#include "tools/evaluate/table.h"

namespace vqcodec::tools {

std::vector<Table> decomposition_tables(const ModelDecomposition& model);

// The tables of all models as text.
std::string as_text(std::span<const ModelDecomposition> models);
// The same and more: every group.
std::string as_json(std::span<const ModelDecomposition> models);

}  // namespace vqcodec::tools
