// models/image_dataset.h: a folder of photographs as random crops.
#pragma once

#include <cstdint>
#include <functional>
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
  // images: (N,3,side,side), 0..1, of pictures drawn with replacement.
  Batch batch(std::int64_t size, Rng& rng) override;
  // A run's examples are numbered through its steps: each picture has its turn once in every so
  // many as there are pictures, in an order that is drawn anew for each round from the run's seed.
  // Only the part's own crops are made.
  Batch part(const BatchPart& part, Rng& rng) override;

  std::int64_t pictures() const { return static_cast<std::int64_t>(pictures_.size()); }
  // Whose turn it is; number: of a run's example.
  std::int64_t picture_at(std::uint64_t seed, std::int64_t number);

 private:
  using Choice = std::function<std::int64_t()>;  // of the picture
  torch::Tensor crop(const Choice& choose, Rng& rng) const;
  torch::Tensor photograph(const torch::Tensor& picture, Rng& rng) const;
  CropOptions options_;
  std::vector<torch::Tensor> pictures_;
  struct Round {
    std::uint64_t seed = 0;
    std::int64_t number = -1;
    torch::Tensor order;  // (pictures) int64
  } round_;               // the last that was asked for
};

}  // namespace vqcodec::models
