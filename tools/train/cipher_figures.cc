
#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/generative/translation.h"
#include "models/picture_grid.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/document_figures.h"
#include "tools/train/line_plot.h"
#include "tools/train/model_run.h"
#include "tools/train/training_log.h"

namespace vqcodec::tools {

namespace {

using namespace models;

constexpr std::int64_t kCell = 8;  // pixels on a side

// The model of the run, which must be one with a known key.
Translation& translation_in(const FinishedModel& finished, const std::string& folder) {
  auto* model = dynamic_cast<Translation*>(finished.model.get());
  if (!model || !model->true_key().defined())
    throw Error(ErrorKind::kUsage, folder, ": is no translation whose cipher is known");
  return *model;
}

// (V,V), 0..1, to a picture (1,H,W): dark where the probability is high.
torch::Tensor panel(const torch::Tensor& matrix) {
  return (1 - matrix.to(torch::kFloat32))
      .repeat_interleave(kCell, 0)
      .repeat_interleave(kCell, 1)
      .unsqueeze(0);
}

}  // namespace

void draw_cipher(const DocumentFigure& figure, const FigureFolders& folders) {
  const auto folder = folders.runs + "/" + figure.recipes.at(0);
  const auto finished = open_run(folder);
  const auto& model = translation_in(finished, folder);
  const auto learned = model.cipher(model.chosen());
  const auto& key = model.true_key();
  FigureTable table{.columns = {"source", "target", "learned", "true"}, .rows = {}};
  auto truth = torch::zeros_like(learned);
  for (std::int64_t z = 0; z < key.size(0); ++z)
    for (std::int64_t y = 0; y < key.size(0); ++y) {
      const bool is_true = key[z].item<std::int64_t>() == y;
      if (is_true) truth[z][y] = 1;
      table.rows.push_back({std::to_string(z), std::to_string(y),
                            formatted("%.6g", learned[z][y].item<double>()), is_true ? "1" : "0"});
    }
  const auto path = folders.output + "/" + figure.name;
  write_text(path + ".csv", table.csv());
  write_output(path + ".png", codec::write_png(picture_grid(
                                  torch::stack({panel(learned), panel(truth)}), /*columns=*/2)));
}

void draw_deciphering(const DocumentFigure& figure, const FigureFolders& folders) {
  const ModelRun run{folders.runs + "/" + figure.recipes.at(0)};
  const auto finished = open_run(run.folder);
  const auto tries = translation_in(finished, run.folder).tries().size();
  LinePlot plot{.x = "step",
                .x_label = "training steps",
                .y_label = "share of the hidden key that is right",
                .lines = {}};
  FigureTable table{.columns = {"step"}, .rows = {}};
  for (std::size_t i = 1; i <= tries; ++i) plot.lines.push_back("try " + std::to_string(i));
  table.columns.insert(table.columns.end(), plot.lines.begin(), plot.lines.end());
  for (const auto& line : read_log(run)) {
    if (!line.contains("key_right_1")) continue;
    std::vector<std::string> row = {formatted("%.0f", line.at("step"))};
    for (std::size_t i = 1; i <= tries; ++i)
      row.push_back(formatted("%.4g", line.at("key_right_" + std::to_string(i))));
    table.rows.push_back(row);
  }
  draw_or_say(table, plot, folders.output + "/" + figure.name);
}

}  // namespace vqcodec::tools
