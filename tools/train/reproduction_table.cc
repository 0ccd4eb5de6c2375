#include "tools/train/reproduction_table.h"

#include <algorithm>
#include <filesystem>

#include "tools/evaluate/csv.h"
#include "tools/evaluate/formatted.h"
#include "tools/train/document_figures.h"
#include "tools/train/recipes.h"

namespace vqcodec::tools {

namespace {

constexpr const char* kHead =
    "# Reproductions\n"
    "\n"
    "Published figures of the documents' models beside those measured here. Made by `vqcodec "
    "reproduce --table`\nfrom `testdata/results.csv`, where every figure stands with its command, "
    "seed and estimator.\n"
    "`vqcodec reproduce --list` names the recipes; `vqcodec reproduce NAME` makes a figure "
    "again.\n"
    "\n"
    "NLL and bounds are in nats for each picture, smaller is better; errors after the sign are "
    "standard\nerrors over the pictures. *Static* is the fixed binary set, *dynamic* draws the "
    "pixels anew; the two\nare never compared.\n"
    "\n"
    "| Row | Figure | Published | Ours | Short-run target | Training, minutes | Command | "
    "Estimator |\n"
    "|---|---|---|---|---|---|---|---|\n";

// Those of one metric; of those with the same command the last.
std::vector<Result> results_of(const std::string& metric, const std::vector<Result>& results) {
  std::vector<Result> found;
  for (const auto& result : results) {
    if (result.metric != metric) continue;
    std::erase_if(found, [&](const Result& other) { return other.command == result.command; });
    found.push_back(result);
  }
  return found;
}

std::string minutes(const std::string& seconds) {
  return seconds.empty() ? "" : formatted("%.0f", csv_number<double>(seconds) / 60);
}

std::string line_of(const Recipe& recipe, const MeasuredFigure& figure, const Result& result) {
  const auto published =
      figure.published.empty() ? "" : figure.published + " (" + figure.source + ")";
  const auto error = result.standard_error.empty() ? "" : " ± " + result.standard_error;
  const auto command = result.command.empty() ? "" : "`" + result.command + "`";
  return "| " + row_of(recipe, figure) + " | " + figure.what + " | " + published + " | " +
         result.value + error + " | " + figure.short_target + " | " + minutes(result.seconds) +
         " | " + command + " | " + result.estimator + " |\n";
}

// A picture of the folder that the page links, or nothing where there is none.
std::string shown(const std::filesystem::path& folder, const std::string& name,
                  const std::string& title) {
  if (!std::filesystem::exists(folder / name)) return "";
  return "\n" + title + ":\n\n![" + title + "](" + (folder.filename() / name).string() + ")\n";
}

}  // namespace

std::string reproduction_table(const std::vector<Result>& results, const std::string& pictures) {
  std::string page = kHead, samples;
  for (const auto& recipe : recipes()) {
    for (const auto& figure : recipe.figures) {
      auto found = results_of(figure.what, results);
      if (found.empty()) found.emplace_back().value = "not measured yet";
      for (const auto& result : found) page += line_of(recipe, figure, result);
    }
    samples += shown(pictures, recipe.name + ".png", recipe.title);
  }
  if (!samples.empty()) page += "\n## Samples\n\nDrawn with seed 1, none chosen.\n" + samples;
  std::string figures;
  for (const auto& figure : document_figures())
    for (const char* format : {".svg", ".png"})
      figures += shown(pictures, "figures/" + figure.name + format, figure.about);
  if (!figures.empty())
    page += "\n## Figures\n\nMade by `vqcodec figures NAME` from the runs above.\n" + figures;
  return page;
}

}  // namespace vqcodec::tools
