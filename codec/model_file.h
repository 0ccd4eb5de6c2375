// codec/model_file.h: the `.vqm`: a trained model as data. Layout: codec/FORMAT.md, part 2.
//
// Sections with lengths and checksums: description, integer prior, networks. The networks (weights
// and codebooks) stay opaque bytes here; models/ parses them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codec/tuning.h"
#include "entropy/integer_pixelcnn.h"

namespace vqcodec::codec {

// One quality setting, with what it gave on held-out pictures when the model was made.
struct QualitySetting {
  double lambda = 0;  // loss = bits per pixel + lambda * MSE on 0..255, or what stands for it
  double rate_bpp = 0;
  double psnr_db = 0;  // RGB
};

struct ModelFile {
  std::string name;         // e.g. "photo-1"
  std::string description;  // one line for `vqcodec models`
  Tuning tuning = Tuning::kPsnr;
  int coarsest_stride = 32;
  std::vector<QualitySetting>
      qualities;  // lowest rate first; quality q of the command line is [q - 1]
  entropy::IntegerPixelCnn prior;
  std::vector<std::uint8_t> networks;
  std::uint64_t fingerprint =
      0;  // first 8 bytes of SHA-256 over the canonical (uncompressed) content

  int levels() const { return static_cast<int>(prior.levels.size()); }
};

std::vector<std::uint8_t> write_model(const ModelFile& model);
ModelFile read_model(std::span<const std::uint8_t> bytes);  // Throws Error(kCorrupt, kUnsupported).

// The fingerprint and the figures alone, without decompressing the sections: fast.
struct ModelSummary {
  std::string name;
  std::string description;
  Tuning tuning = Tuning::kPsnr;
  std::uint64_t fingerprint = 0;
  std::vector<QualitySetting> qualities;
  std::uint64_t size_bytes = 0;
};
ModelSummary summarize_model(std::span<const std::uint8_t> bytes);

}  // namespace vqcodec::codec
