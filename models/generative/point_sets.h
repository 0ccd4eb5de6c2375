// models/generative/point_sets.h: points of the plane from known densities, for models that are
// drawn and integrated over it.
#pragma once

#include <string>
#include <vector>

#include "models/image_sets.h"

namespace vqcodec::models {

std::vector<std::string> point_set_names();
// (n,1,1,2) float32, within about 3 of the origin.
torch::Tensor draw_points(const std::string& name, std::int64_t n, std::uint64_t seed);
// 20,000, 2,000 and 5,000 points, always the same.
ImageSets point_sets(const std::string& name);

}  // namespace vqcodec::models
