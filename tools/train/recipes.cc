#include "tools/train/recipes.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "entropy/error.h"
#include "tools/train/recipe_files.h"

namespace vqcodec::tools {

std::string row_of(const Recipe& recipe, const MeasuredFigure& figure) {
  return figure.by == MeasuredBy::kClassifier ? "15" : recipe.row;
}

const Recipe& recipe_called(const std::string& name) {
  for (const auto& recipe : recipes())
    if (recipe.name == name) return recipe;
  throw Error(ErrorKind::kUsage, "there is no recipe called ", name, "; see reproduce --list");
}

std::string_view recipe_text(const std::string& budget, const std::string& name) {
  for (const auto& file : recipe_files())
    if (file.path == budget + "/" + name) return file.text;
  return {};
}

RecipeSubject subject_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  RecipeSubject subject;
  for (const auto& item : CLI::ConfigTOML().from_config(stream)) {
    if (item.name == "name") subject.model = item.inputs.at(0);
    if (item.name == "data") subject.data = item.inputs.at(0);
  }
  return subject;
}

}  // namespace vqcodec::tools
