#include "tools/train/recipe_figures.h"

#include <filesystem>
#include <fstream>

#include "tools/evaluate/csv.h"
#include "tools/train/accuracy_report.h"
#include "tools/train/model_run.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

namespace {

using namespace models;

std::vector<Figure> figures_of_model(std::int64_t samples, const RecipeMeasuring& measuring) {
  const auto finished = open_run(measuring.run);
  const auto batch = pictures_for(finished, /*folder=*/"", "test", measuring.most);
  auto rng = make_rng(measuring.seed, kScoreStream);
  return finished.model->figures(batch, {.samples = samples}, rng);
}

std::vector<Figure> figures_by_classifier(const RecipeMeasuring& measuring) {
  AccuracyOptions options{.run = measuring.run, .data = "", .most = measuring.most};
  if (measuring.steps > 0) options.steps = measuring.steps;
  return accuracy_figures(open_run(measuring.run), options);
}

// "payload_photographs" and the like, from the table that train code-prior leaves.
std::vector<Figure> figures_by_code_prior(const RecipeMeasuring& measuring) {
  const auto model = measuring.run + "/codes.vqm", rates = model + ".run/rates.csv";
  const auto steps = [&](int usual) {
    return std::to_string(measuring.steps > 0 ? measuring.steps : usual);
  };
  if (!std::filesystem::exists(rates))
    train_code_prior(
        {"--from", measuring.run, "--data", measuring.data + "/photos/train", "-o", model, "--seed",
         std::to_string(measuring.seed), "--threads", std::to_string(measuring.threads), "--steps",
         steps(1500), "--integer-steps", steps(80), "--batch", "4"},
        Ranks());
  std::vector<Figure> figures;
  std::ifstream in(rates);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const auto fields = csv_fields(line);
    figures.push_back({.name = fields.at(1) + "_" + fields.at(0),
                       .value = csv_number<double>(fields.at(2)),
                       .standard_error = csv_number<double>(fields.at(3)),
                       .unit = "bits a pixel",
                       .estimator = "train code-prior, all pictures' bits over all pixels"});
  }
  return figures;
}

}  // namespace

std::vector<Figure> measured_figures(MeasuredBy by, std::int64_t samples,
                                     const RecipeMeasuring& measuring) {
  if (by == MeasuredBy::kClassifier) return figures_by_classifier(measuring);
  if (by == MeasuredBy::kCodePrior) return figures_by_code_prior(measuring);
  return figures_of_model(samples, measuring);
}

}  // namespace vqcodec::tools
