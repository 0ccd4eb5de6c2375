#include "tools/train/accuracy_report.h"

#include "entropy/error.h"
#include "models/dataset.h"
#include "models/generative/classifier.h"
#include "models/generative/vq_vae.h"
#include "models/trainer.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/line_plot.h"

namespace vqcodec::tools {

using namespace models;

namespace {

struct LabelledSet {
  std::string name;
  ImageSet pictures;
};

// Real pictures, and what the model can make in their place.
std::vector<LabelledSet> training_sets(const FinishedModel& finished, const Batch& real) {
  std::vector<LabelledSet> sets = {{"real", as_set(real)}};
  auto rng = make_rng(finished.arguments.training.seed, kSampleStream);
  auto& model = *finished.model;
  if (dynamic_cast<VqVae*>(&model))
    sets.push_back({"reconstructions", reconstructed_set(model, real, rng)});
  if (model.capabilities().conditional)
    sets.push_back({"samples", drawn_set(model, real.labels, rng)});
  if (sets.size() == 1)
    throw Error(ErrorKind::kUsage, "--classifier: ", finished.arguments.kind->name,
                " draws no pictures of a class; train it with --classes");
  return sets;
}

Classifier trained_on(const LabelledSet& set, std::uint64_t seed, const AccuracyOptions& options) {
  torch::AutoGradMode with_gradients(true);
  torch::manual_seed(seed);
  const auto classes = set.pictures.labels.max().item<std::int64_t>() + 1;
  Classifier classifier(set.pictures.shape(), classes);
  ImageSetBatches batches(set.pictures, PixelKind::kGrey);
  train(classifier, batches,
        {.steps = options.steps,
         .batch = 100,
         .learning_rate = 1e-3,
         .decay_start = 0.5,
         .seed = seed,
         .log_every = 1000,
         .run_folder = options.run + "/classifier/" + set.name + "-" + std::to_string(seed) +
                       "-of-" + std::to_string(options.steps)});
  return classifier;
}

Figure mean_of(const std::string& name, const std::vector<double>& of_seeds,
               const AccuracyOptions& options) {
  return mean_figure(name, torch::tensor(of_seeds, torch::kFloat64), "%",
                     std::to_string(options.seeds) + " classifiers, " +
                         std::to_string(options.steps) + " steps each");
}

std::vector<std::string> row_of(const std::string& trained_on, const std::string& tested_on,
                                std::int64_t seed, const Accuracy& found) {
  std::vector<std::string> row = {trained_on, tested_on, std::to_string(seed),
                                  formatted("%.2f", found.top_1), formatted("%.2f", found.top_5)};
  for (const auto value : found.per_class) row.push_back(formatted("%.2f", value));
  return row;
}

}  // namespace

std::vector<Figure> accuracy_figures(const FinishedModel& finished,
                                     const AccuracyOptions& options) {
  const auto real = pictures_for(finished, options.data, "train", options.most);
  const auto test = pictures_for(finished, options.data, "test", options.most);
  if (!real.labels.defined() || !test.labels.defined())
    throw Error(ErrorKind::kUsage, "--classifier wants labelled pictures; there are none");
  FigureTable table{.columns = {"training_set", "tested_on", "seed", "top_1", "top_5"}, .rows = {}};
  const auto classes = real.labels.max().item<std::int64_t>() + 1;
  for (std::int64_t c = 0; c < classes; ++c) table.columns.push_back("class_" + std::to_string(c));

  std::vector<Figure> figures;
  const auto sets = training_sets(finished, real);
  for (const auto& set : sets) {
    // Who learned from real pictures also judges those that the model made.
    std::vector<LabelledSet> judged = {{"test", as_set(test)}};
    if (&set == &sets.front()) judged.insert(judged.end(), sets.begin() + 1, sets.end());
    std::vector<std::vector<double>> top_1(judged.size()), top_5(judged.size());
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed) {
      auto classifier = trained_on(set, static_cast<std::uint64_t>(seed), options);
      for (std::size_t i = 0; i < judged.size(); ++i) {
        const auto found =
            accuracy_of(classifier, whole_set(judged[i].pictures, PixelKind::kGrey, options.most));
        top_1[i].push_back(found.top_1);
        top_5[i].push_back(found.top_5);
        table.rows.push_back(row_of(set.name, judged[i].name, seed, found));
      }
    }
    for (std::size_t i = 0; i < judged.size(); ++i) {
      const auto which = set.name + (i > 0 ? "_judging_" + judged[i].name : "");
      figures.push_back(mean_of(which + "_top_1", top_1[i], options));
      figures.push_back(mean_of(which + "_top_5", top_5[i], options));
    }
    write_text(options.run + "/classifier/accuracy.csv", table.csv());
  }
  return figures;
}

}  // namespace vqcodec::tools
