// models/image_dataset.h: a folder of photographs as random crops.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/model.h"

namespace vqcodec::models {

// Pictures in a folder, by name. With hold_out = n, every n-th name (counted from 1) belongs to the
// held-out part, the others to the training part; 0: all to the training part.
// Throws Error(kResource) where the folder is missing or has no pictures.
std::vector<std::string> list_pictures(const std::string& folder, int hold_out, bool held_out);

// (3,H,W) uint8; grey becomes R = G = B. Throws Error.
torch::Tensor load_picture(const std::string& path);

struct CropOptions {
  std::int64_t side = 128;    // pixels
  double shrink_share = 0.3;  // share of the crops that are taken larger and scaled down,
  double shrink_most = 1.6;   // by a factor up to this: removes traces of the source's own coding
  bool turned = true;         // mirrored and transposed at random
  double pattern_share = 0;  // share of the crops that show a pattern (patterns.h), whole or beside
                             // the photograph
};

// Neither scaled nor turned: for kinds of picture whose direction and sharpness matter, as text's.
inline CropOptions plain_crops(std::int64_t side) {
  return {.side = side, .shrink_share = 0, .turned = false};
}

class CropDataset : public Dataset {
 public:
  CropDataset(const std::vector<std::string>& paths, const CropOptions& options);
  // images: (N,3,side,side), 0..1.
  Batch batch(std::int64_t size, Rng& rng) override;

 private:
  torch::Tensor crop(Rng& rng) const;
  torch::Tensor photograph(Rng& rng) const;
  CropOptions options_;
  std::vector<torch::Tensor> pictures_;
};

}  // namespace vqcodec::models
