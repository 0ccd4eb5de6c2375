// tools/train/recipes.h: how the figures of the documents' models are made again. A recipe is a
// configuration of `train` for each budget, models/recipes/<budget>/<name>.toml, and a line of the
// table in recipe_table.cc: what is measured of the run, and what was published.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vqcodec::tools {

enum class MeasuredBy {
  kModel,       // its figures()
  kClassifier,  // `score --classifier`: row 15
  kCodePrior,   // `train code-prior`
};

struct MeasuredFigure {
  std::string name;          // of what measures it
  std::int64_t samples;      // drawn for each picture
  std::string what;          // in words; the metric in results.csv
  std::string published;     // in the same unit; empty: nobody published it
  std::string source;        // of the published figure, and what differs
  std::string short_target;  // of the short run
  MeasuredBy by = MeasuredBy::kModel;
};

struct Recipe {
  std::string name;
  std::string row;  // "2": of the documents' list of models
  std::string title;
  std::vector<MeasuredFigure> figures;
};

// Of the documents' list: what a classifier says is a row of its own, whatever model it judges.
std::string row_of(const Recipe& recipe, const MeasuredFigure& figure);

std::span<const Recipe> recipes();
// Throws Error(kUsage) where there is none of that name.
const Recipe& recipe_called(const std::string& name);

inline constexpr std::string_view kBudgets[] = {"short", "full"};
// The recipe's file, as it is; empty where that budget has none.
std::string_view recipe_text(const std::string& budget, const std::string& name);

// The model and the data's folder that a recipe's file names.
struct RecipeSubject {
  std::string model, data;
};
RecipeSubject subject_of(std::string_view text);

}  // namespace vqcodec::tools
