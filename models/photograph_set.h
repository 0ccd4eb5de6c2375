// models/photograph_set.h: small crops of photographs as a picture set.
#pragma once

#include "models/image_sets.h"

namespace vqcodec::models {

// RGB crops of the pictures in a folder (PNG, JPEG, PPM), always the same ones: of each photograph
// that is large enough, by name, `kCropsOfAPhotograph` squares of `side` pixels. Parted by
// photograph, never by crop: of every 12 names the 12th is for testing and the 6th for validation.
// Throws Error(kResource) where the folder has too few pictures for three parts.
constexpr std::int64_t kCropsOfAPhotograph = 64;
ImageSets read_photograph_crops(const std::string& folder, std::int64_t side = 32);

}  // namespace vqcodec::models
