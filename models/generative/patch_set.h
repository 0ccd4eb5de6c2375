// models/generative/patch_set.h: small patches of photographs as points, as in the density
// estimation literature's BSDS300 (Zoran and Weiss 2011; arXiv:1705.07057, appendix D).
#pragma once

#include <string>

#include "models/generative/simple_factory.h"

namespace vqcodec::models {

// Grey 8x8 patches with levels in 0..1, dequantized once, without their mean; what is left has 63
// dimensions, so the last pixel is dropped. (N,1,1,63) float32, parted by photograph.
ImageSets mean_free_patches(const std::string& folder);

// What a density is learned of.
struct PointsOrPictures {
  std::string set = "pictures";  // or "patches"

  bool points() const { return set == "patches"; }
  Option option() {
    return {"set", "pictures as they are, or patches: mean-free 8x8 patches of photographs",
            ChoiceOption{&set, {"pictures", "patches"}}};
  }
};

// Of a model whose options have a PointsOrPictures called `data`.
template <typename Made, typename Options>
class PatchFactory : public SimpleFactory<Made, Options> {
 public:
  ImageSets sets(const std::string& folder) const override {
    return this->chosen().data.points() ? mean_free_patches(folder) : read_image_sets(folder);
  }
};

}  // namespace vqcodec::models
