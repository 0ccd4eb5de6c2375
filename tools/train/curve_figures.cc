
#include "entropy/error.h"
#include "models/generative/iwae.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/document_figures.h"
#include "tools/train/line_plot.h"
#include "tools/train/model_run.h"
#include "tools/train/recipes.h"
#include "tools/train/results.h"
#include "tools/train/training_log.h"

namespace vqcodec::tools {

namespace {

constexpr std::uint64_t kSignalSeed = 1;

// The last result of a metric; nothing where there is none.
const Result* result_of(const std::string& metric, const std::vector<Result>& results) {
  const Result* found = nullptr;
  for (const auto& result : results)
    if (result.metric == metric) found = &result;
  return found;
}

}  // namespace

void draw_learning_curve(const DocumentFigure& figure, const FigureFolders& folders) {
  const ModelRun run{folders.runs + "/" + figure.recipes.at(0)};
  open_run(run.folder);  // whether it is finished
  // Both at the same steps, by the same estimator: a batch's loss is noisy, and of some models no
  // likelihood.
  FigureTable table{.columns = {"step", "training", "validation"}, .rows = {}};
  for (const auto& line : read_log(run))
    if (line.contains("validation"))
      table.rows.push_back({formatted("%.0f", line.at("step")),
                            line.contains("fit") ? formatted("%.6g", line.at("fit")) : "",
                            formatted("%.6g", line.at("validation"))});
  draw_lines(table,
             {.x = "step",
              .x_label = "training steps",
              .y_label = "nats for each picture",
              .lines = {"training", "validation"}},
             folders.output + "/" + figure.name);
}

// Rainforth et al., arXiv:1802.04537, figure 1, on a trained model and its test pictures.
void draw_gradient_signal(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kPictures = 20, kDraws = 50, kMostSamples = 64;
  const auto finished = open_run(folders.runs + "/" + figure.recipes.at(0));
  auto* model = dynamic_cast<models::Iwae*>(finished.model.get());
  if (!model)
    throw Error(ErrorKind::kUsage, folders.runs, "/", figure.recipes[0],
                ": is no importance weighted autoencoder");
  const auto x = pictures_for(finished, /*folder=*/"", "test", kPictures).images;
  FigureTable table{.columns = {"k", "encoder", "encoder, doubly reparameterized", "decoder"},
                    .rows = {}};
  for (std::int64_t k = 1; k <= kMostSamples; k *= 2) {
    auto rng = models::make_rng(kSignalSeed, kScoreStream);
    const auto plain = models::gradient_signal(*model, x, k, "iwae", kDraws, rng);
    const auto doubly = models::gradient_signal(*model, x, k, "dreg", kDraws, rng);
    table.rows.push_back({std::to_string(k), formatted("%.6g", plain.encoder),
                          formatted("%.6g", doubly.encoder), formatted("%.6g", plain.decoder)});
  }
  draw_lines(table,
             {.x = "k",
              .x_label = "k: samples of the bound",
              .y_label = "signal to noise of the gradient, 20 pictures",
              .lines = {"encoder", "encoder, doubly reparameterized", "decoder"}},
             folders.output + "/" + figure.name);
}

void draw_rate_distortion(const DocumentFigure& figure, const FigureFolders& folders) {
  const auto results = read_results(folders.results);
  FigureTable table{.columns = {"recipe"}, .rows = {}};
  for (const auto& name : figure.recipes) {
    std::vector<std::string> row = {name};
    for (const auto& measured : recipe_called(name).figures) {
      if (table.rows.empty()) table.columns.push_back(measured.name);
      const auto* result = result_of(measured.what, results);
      if (!result)
        throw Error(ErrorKind::kResource, folders.results, ": has no \"", measured.what,
                    "\"; make it with `vqcodec reproduce ", name, "`");
      row.push_back(result->value);
    }
    table.rows.push_back(row);
  }
  draw_lines(table,
             {.x = "rate",
              .x_label = "rate: KL(q(z|x) || p(z)), nats for each picture",
              .y_label = "distortion: -log p(x|z), nats for each picture",
              .lines = {"distortion"}},
             folders.output + "/" + figure.name);
}

void draw_likelihoods(const DocumentFigure& figure, const FigureFolders& folders) {
  const auto results = read_results(folders.results);
  FigureTable table{
      .columns = {"row", "figure", "published", "ours", "standard_error", "unit", "estimator"},
      .rows = {}};
  for (const auto& recipe : recipes())
    for (const auto& measured : recipe.figures)
      if (const auto* result = result_of(measured.what, results))
        table.rows.push_back({recipe.row, measured.what, measured.published, result->value,
                              result->standard_error, result->unit, result->estimator});
  if (table.rows.empty())
    throw Error(ErrorKind::kResource, folders.results,
                ": has no figure of a recipe; make them with `vqcodec reproduce all`");
  std::string page;
  const auto add = [&](const std::vector<std::string>& fields) {
    for (const auto& field : fields) page += "| " + field + " ";
    page += "|\n";
  };
  add(table.columns);
  add(std::vector<std::string>(table.columns.size(), "---"));
  for (const auto& row : table.rows) add(row);
  write_text(folders.output + "/" + figure.name + ".csv", table.csv());
  write_text(folders.output + "/" + figure.name + ".md", page);
}

}  // namespace vqcodec::tools
