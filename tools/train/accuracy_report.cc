#include "tools/train/accuracy_report.h"

#include <cmath>
#include <cstdio>

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

struct TrainingSet {
  std::string name;
  ImageSet pictures;
};

// Real pictures, and what the model can make in their place.
std::vector<TrainingSet> training_sets(const FinishedModel& finished, const Batch& real) {
  std::vector<TrainingSet> sets = {{"real", as_set(real)}};
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

Accuracy accuracy_with(const TrainingSet& set, std::uint64_t seed, const Batch& test,
                       const AccuracyOptions& options) {
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
         .run_folder = options.run + "/classifier/" + set.name + "-" + std::to_string(seed)});
  classifier.eval();
  return accuracy_of(classifier, test);
}

void print_mean(const std::string& set, const char* of, const std::vector<double>& values) {
  const auto all = torch::tensor(values, torch::kFloat64);
  const auto n = static_cast<double>(values.size());
  const double error = n > 1 ? all.std().item<double>() / std::sqrt(n) : 0;
  std::printf("%s, %s: %.2f %%, standard error %.2f over %zu seeds\n", set.c_str(), of,
              all.mean().item<double>(), error, values.size());
}

}  // namespace

void report_accuracy(const FinishedModel& finished, const AccuracyOptions& options) {
  const auto real = pictures_for(finished, options.data, "train", options.most);
  const auto test = pictures_for(finished, options.data, "test", options.most);
  if (!real.labels.defined() || !test.labels.defined())
    throw Error(ErrorKind::kUsage, "--classifier wants labelled pictures; there are none");
  FigureTable table{.columns = {"training_set", "seed", "top_1", "top_5"}, .rows = {}};
  const auto classes = real.labels.max().item<std::int64_t>() + 1;
  for (std::int64_t c = 0; c < classes; ++c) table.columns.push_back("class_" + std::to_string(c));
  for (const auto& set : training_sets(finished, real)) {
    std::vector<double> top_1, top_5;
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed) {
      const auto found = accuracy_with(set, static_cast<std::uint64_t>(seed), test, options);
      top_1.push_back(found.top_1);
      top_5.push_back(found.top_5);
      std::vector<std::string> row = {set.name, std::to_string(seed),
                                      formatted("%.2f", found.top_1),
                                      formatted("%.2f", found.top_5)};
      for (const auto value : found.per_class) row.push_back(formatted("%.2f", value));
      table.rows.push_back(row);
    }
    print_mean(set.name, "top-1", top_1);
    print_mean(set.name, "top-5", top_5);
    write_text(options.run + "/classifier/accuracy.csv", table.csv());
  }
}

}  // namespace vqcodec::tools
