// tools/train/use_model.cc: `vqcodec sample`, `reconstruct` and `score`: what a trained model of
// the registry can do.
#include <cmath>
#include <cstdio>

#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/dataset.h"
#include "models/picture_grid.h"
#include "tools/output_file.h"
#include "tools/train/accuracy_report.h"
#include "tools/train/model_run.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

namespace {

using namespace models;

struct UseArguments {
  std::string run, data, output, split = "test";
  std::int64_t count = 64, columns = 0, samples = 1000, most = 1000000;
  std::optional<std::int64_t> label;
  std::uint64_t seed = 1;
  int threads = 0;
  bool plane = false, means = false;
};

void add_common(CLI::App& app, UseArguments& arguments) {
  app.add_option("RUN", arguments.run, "folder of a finished `train`")->required();
  app.add_option("--seed", arguments.seed, "of everything that is drawn")->capture_default_str();
  app.add_option("-T,--threads", arguments.threads, "threads; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void add_picture(CLI::App& app, UseArguments& arguments) {
  app.add_option("-o,--output", arguments.output,
                 "the picture (.png); of sequences also text (.txt), one a line")
      ->required();
  app.add_option("-n,--count", arguments.count, "pictures")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--columns", arguments.columns, "pictures in a row; 0: a square")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
}

void add_data(CLI::App& app, UseArguments& arguments) {
  app.add_option("--data", arguments.data, "folder of the pictures; default: the run's");
  app.add_option("--split", arguments.split, "train, validation or test")
      ->check(CLI::IsMember({"train", "validation", "test"}))
      ->capture_default_str();
}

Batch chosen_pictures(const FinishedModel& finished, const UseArguments& arguments,
                      std::int64_t most) {
  return pictures_for(finished, arguments.data, arguments.split, most);
}

void write_grid(const torch::Tensor& pictures, const UseArguments& arguments) {
  const auto side = std::ceil(std::sqrt(static_cast<double>(pictures.size(0))));
  const auto columns = arguments.columns > 0 ? arguments.columns : static_cast<std::int64_t>(side);
  write_output(arguments.output, codec::write_png(picture_grid(pictures, columns)));
}

// Draws of a model: pictures, or lines of letters.
void write_drawn(const GenerativeModel& model, const torch::Tensor& drawn,
                 const UseArguments& arguments) {
  if (!arguments.output.ends_with(".txt")) return write_grid(model.shown(drawn), arguments);
  std::string text;
  for (std::int64_t i = 0; i < drawn.size(0); ++i) text += model.text_of(drawn[i]) + "\n";
  write_text(arguments.output, text);
}

void sample(std::vector<std::string> words) {
  UseArguments arguments;
  CLI::App app("draw pictures from a trained model", "vqcodec sample");
  add_common(app, arguments);
  add_picture(app, arguments);
  app.add_option("--class", arguments.label, "of conditional models: the label to draw");
  app.add_flag("--grid", arguments.plane, "the latent plane of a model with 2 latents");
  app.add_flag("--means", arguments.means, "of the pixels, in place of draws");
  if (!parse_training(app, std::move(words))) return;
  use_threads(arguments.threads);
  const auto finished = open_run(arguments.run);
  torch::NoGradGuard no_grad;
  const auto can = finished.model->capabilities();
  if (arguments.label && !can.conditional)
    throw Error(ErrorKind::kUsage, "--class: ", finished.arguments.kind->name,
                " is not conditional");
  if (arguments.plane) {
    if (can.latent_dimension != 2)
      throw Error(ErrorKind::kUsage, "--grid: this run has ", can.latent_dimension,
                  " latents, expected 2");
    const auto side =
        static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(arguments.count))));
    arguments.columns = side;
    return write_grid(finished.model->decode(latent_plane(side)), arguments);
  }
  auto rng = make_rng(arguments.seed, kSampleStream);
  write_drawn(*finished.model,
              finished.model->sample(arguments.count,
                                     {.label = arguments.label, .means = arguments.means}, rng),
              arguments);
}

// Originals and reconstructions in alternate rows, or lines.
void reconstruct(std::vector<std::string> words) {
  UseArguments arguments;
  arguments.count = 32;
  CLI::App app("pictures through a trained model and back: originals above, results below",
               "vqcodec reconstruct");
  add_common(app, arguments);
  add_picture(app, arguments);
  add_data(app, arguments);
  if (!parse_training(app, std::move(words))) return;
  use_threads(arguments.threads);
  const auto finished = open_run(arguments.run);
  torch::NoGradGuard no_grad;
  const auto batch = chosen_pictures(finished, arguments, arguments.count);
  auto rng = make_rng(arguments.seed, kSampleStream);
  const auto results = finished.model->reconstruct(batch, rng);
  if (arguments.output.ends_with(".txt")) arguments.columns = 1;
  if (arguments.columns == 0) arguments.columns = std::min<std::int64_t>(8, batch.images.size(0));
  std::vector<torch::Tensor> rows;
  for (std::int64_t i = 0; i < results.size(0); i += arguments.columns) {
    const auto end = std::min(i + arguments.columns, results.size(0));
    for (const auto& part : {batch.images.slice(0, i, end), results.slice(0, i, end)}) {
      rows.push_back(part);
      const auto missing = arguments.columns - part.size(0);
      if (missing > 0)
        rows.push_back(torch::ones_like(part.slice(0, 0, 1)).repeat({missing, 1, 1, 1}));
    }
  }
  write_drawn(*finished.model, torch::cat(rows), arguments);
}

void print_figures(const std::vector<Figure>& figures) {
  for (const auto& figure : figures)
    std::printf("%s: %.4f %s, standard error %.4f; %s\n", figure.name.c_str(), figure.value,
                figure.unit.c_str(), figure.standard_error, figure.estimator.c_str());
}

// What two sets of pictures say differs by more than chance where it is more than two standard
// errors: if training pictures are the better, the model has learned them by heart.
void print_differences(const std::vector<Figure>& figures, const std::vector<Figure>& others) {
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double difference = figures[i].value - others[i].value;
    const double error = std::hypot(figures[i].standard_error, others[i].standard_error);
    if (error == 0) continue;
    std::printf("%s: %+.4f %s, standard error %.4f; %s\n", figures[i].name.c_str(), difference,
                figures[i].unit.c_str(), error,
                std::abs(difference) > 2 * error ? "more than chance" : "no more than chance");
  }
}

void score(std::vector<std::string> words) {
  UseArguments arguments;
  AccuracyOptions accuracy;
  std::string beside;
  bool classify = false;
  CLI::App app("likelihood or bound of a trained model, with its estimator and standard error",
               "vqcodec score");
  add_common(app, arguments);
  add_data(app, arguments);
  app.add_option("-k,--samples", arguments.samples, "drawn for each picture")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--most", arguments.most, "pictures, chosen at random where there are more")
      ->check(CLI::Range(2, 100000000));
  app.add_option("--beside", beside, "another part to score as well, and what differs")
      ->check(CLI::IsMember({"train", "validation", "test"}));
  app.add_flag("--classifier", classify,
               "accuracy on test pictures of a classifier trained on real pictures, on those that "
               "went through the model's codes, on the model's draws");
  app.add_option("--classifier-steps", accuracy.steps, "of 100 pictures")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  app.add_option("--classifier-seeds", accuracy.seeds, "classifiers of each kind")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  if (!parse_training(app, std::move(words))) return;
  use_threads(arguments.threads);
  const auto finished = open_run(arguments.run);
  if (classify) {
    accuracy.run = arguments.run;
    accuracy.data = arguments.data;
    accuracy.most = arguments.most;
    return print_figures(accuracy_figures(finished, accuracy));
  }
  const auto batch = chosen_pictures(finished, arguments, arguments.most);
  auto rng = make_rng(arguments.seed, kScoreStream);
  const auto figures = finished.model->figures(batch, {.samples = arguments.samples}, rng);
  std::printf("%s, %lld pictures (%s)\n", finished.arguments.kind->name.c_str(),
              static_cast<long long>(batch.images.size(0)), arguments.split.c_str());
  print_figures(figures);
  if (beside.empty()) return;
  arguments.split = beside;
  const auto other = chosen_pictures(finished, arguments, arguments.most);
  auto again = make_rng(arguments.seed, kScoreStream);
  const auto others = finished.model->figures(other, {.samples = arguments.samples}, again);
  std::printf("\n%lld pictures (%s)\n", static_cast<long long>(other.images.size(0)),
              beside.c_str());
  print_figures(others);
  std::printf("\nthe first less the second\n");
  print_differences(figures, others);
}

}  // namespace

void use_model(const std::string& command, std::vector<std::string> words) {
  if (command == "sample") return sample(std::move(words));
  if (command == "reconstruct") return reconstruct(std::move(words));
  score(std::move(words));
}

}  // namespace vqcodec::tools
