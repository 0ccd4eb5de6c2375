// tools/picture_report.h: all that a .vqc says of itself, for people and as JSON.
#pragma once

#include <optional>
#include <string>

#include "codec/codec.h"

namespace vqcodec::tools {

struct PictureReport {
  codec::FileSummary file;                    // codes filled in where the model is at hand
  std::string model_name;                     // empty: the model is not at hand
  std::optional<codec::Verification> detail;  // with --detail
};

// Codes of each level, from the shape of the model's prior.
void count_codes(codec::FileSummary& file, const codec::ModelFile& model);

std::string as_text(const PictureReport& report);
std::string as_json(const PictureReport& report);
std::string as_json(const codec::ModelSummary& model);

}  // namespace vqcodec::tools
