// tools/train/recipe_files.h: the files below models/recipes/, which are part of the module.
#pragma once

#include <string_view>
#include <vector>

namespace vqcodec::tools {

struct RecipeFile {
  std::string_view path;  // "short/vae"
  std::string_view text;
};

std::vector<RecipeFile> recipe_files();

}  // namespace vqcodec::tools
