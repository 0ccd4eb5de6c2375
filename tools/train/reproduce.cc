// tools/train/reproduce.cc: `vqcodec reproduce`: trains what a recipe says, measures it and writes
// the figures down. Each part that is there already is left as it is, so that it may be
// interrupted.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>

#include "entropy/error.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/model_run.h"
#include "tools/train/recipe_figures.h"
#include "tools/train/recipes.h"
#include "tools/train/reproduction_table.h"
#include "tools/train/results.h"
#include "tools/train/train_command.h"
#include "tools/train/training_log.h"

namespace vqcodec::tools {

namespace {

using namespace models;
namespace fs = std::filesystem;

struct ReproduceArguments {
  std::string name, budget = "short", output = "reproductions", data, results, table;
  std::uint64_t seed = 1;
  std::int64_t steps = 0, most = 100000000;
  int threads = 0;
  bool list = false, dry_run = false;

  std::string folder() const { return output + "/" + budget; }
  std::string results_file() const { return results.empty() ? output + "/results.csv" : results; }
  // The same figures by hand; also the key of what is there already.
  std::string command(const std::string& recipe) const {
    return "vqcodec reproduce " + recipe + " --budget " + budget +
           (seed != 1 ? " --seed " + std::to_string(seed) : "") +
           (steps > 0 ? " --steps " + std::to_string(steps) : "") +
           (most < 100000000 ? " --most " + std::to_string(most) : "");
  }
};

void add_reproduce_options(CLI::App& app, ReproduceArguments& arguments) {
  app.add_option("NAME", arguments.name, "a recipe, or all");
  app.add_flag("--list", arguments.list, "name the recipes and what was published");
  app.add_flag("--dry-run", arguments.dry_run, "check the recipe and print what would be trained");
  app.add_option("--budget", arguments.budget, "short: minutes on two cores; full: hours of a GPU")
      ->check(CLI::IsMember({"short", "full"}))
      ->capture_default_str();
  app.add_option("-o,--output", arguments.output, "folder of the runs and of results.csv")
      ->capture_default_str();
  app.add_option("--data", arguments.data, "folder of mnist/, fashion-mnist/, ...")
      ->envname("VQCODEC_DATA");
  app.add_option("--results", arguments.results, "default: results.csv in the output folder");
  app.add_option("--table", arguments.table,
                 "train nothing: write published figures beside those in --results, as Markdown");
  app.add_option("--seed", arguments.seed, "of everything that is drawn")->capture_default_str();
  app.add_option("--steps", arguments.steps, "in place of the recipe's, for a try")
      ->check(CLI::Range(1, 1000000000));
  app.add_option("--most", arguments.most, "pictures to measure, chosen at random")
      ->check(CLI::Range(2, 100000000));
  app.add_option("-T,--threads", arguments.threads, "threads; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void print_list() {
  for (const auto& recipe : recipes()) {
    std::string budgets;
    for (const auto budget : kBudgets)
      if (!recipe_text(std::string(budget), recipe.name).empty())
        budgets += (budgets.empty() ? "" : ", ") + std::string(budget);
    std::printf("%-20s row %s: %s (%s)\n", recipe.name.c_str(), recipe.row.c_str(),
                recipe.title.c_str(), budgets.c_str());
    for (const auto& figure : recipe.figures)
      std::printf("    %s%s%s%s%s\n", figure.what.c_str(),
                  figure.published.empty() ? "" : ": published ", figure.published.c_str(),
                  figure.short_target.empty() ? "" : ", short run ", figure.short_target.c_str());
  }
}

// The training of one recipe: its folder, and the words after `vqcodec train MODEL`.
struct Training {
  ModelRun run;
  std::string configuration;  // the recipe's file, beside the run's folder
  std::string model;
  std::vector<std::string> words;

  std::string line() const {
    std::string text = "vqcodec train " + model;
    for (const auto& word : words) text += " " + word;
    return text;
  }
  bool is_finished() const { return fs::exists(run.weights()); }
};

// A mistake in a recipe shows before anything is trained or written.
void require_valid(const std::string& recipe, std::string_view text, const RecipeSubject& subject) {
  auto arguments = arguments_for(subject.model);
  CLI::App app;
  add_options(app, arguments);
  std::istringstream stream(std::string(text) + "\noutput = \"-\"\n");
  try {
    app.parse_from_stream(stream);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::kInternal, "recipe ", recipe, ": ", error.what());
  }
}

Training training_of(const Recipe& recipe, const ReproduceArguments& arguments) {
  const auto text = recipe_text(arguments.budget, recipe.name);
  if (text.empty())
    throw Error(ErrorKind::kUsage, recipe.name, " has no recipe of budget ", arguments.budget,
                "; see reproduce --list");
  if (arguments.data.empty())
    throw Error(ErrorKind::kUsage,
                "--data or VQCODEC_DATA must name the folder of the recipes' data");
  const auto subject = subject_of(text);
  require_valid(recipe.name, text, subject);
  auto name = recipe.name;
  if (arguments.seed != 1) name += "-seed" + std::to_string(arguments.seed);
  const auto base = arguments.folder() + "/" + name;
  Training training{
      .run = {base},
      .configuration = base + ".toml",
      .model = subject.model,
      .words = {"--config", base + ".toml", "-o", base, "--seed", std::to_string(arguments.seed)}};
  const auto add = [&](const char* option, const std::string& value) {
    training.words.insert(training.words.end(), {option, value});
  };
  if (!subject.data.empty()) add("--data", arguments.data + "/" + subject.data);
  if (arguments.steps > 0) add("--steps", std::to_string(arguments.steps));
  if (arguments.threads > 0) add("--threads", std::to_string(arguments.threads));
  return training;
}

// A finished run stays as it is only where the recipe would make the same again.
void require_same_options(const Training& training) {
  auto there = arguments_of(training.run);
  auto wanted = arguments_for(training.model);
  CLI::App app;
  add_options(app, wanted);
  parse_training(app, training.words);
  wanted.picture = there.picture;
  wanted.threads = there.threads;
  wanted.device = there.device;
  wanted.data = there.data;
  wanted.output = there.output;
  if (configuration_of(wanted) != configuration_of(there))
    throw Error(ErrorKind::kUsage, training.run.folder,
                ": was trained with other options than the recipe's; choose another folder");
}

const Figure& figure_called(const std::string& name, const std::vector<Figure>& figures) {
  for (const auto& figure : figures)
    if (figure.name == name) return figure;
  throw Error(ErrorKind::kInternal, "the model has no figure called ", name);
}

// The results' first column: which of the issues asked for the row.
std::string issue_of(const std::string& row) {
  if (row == "18") return "15";
  return row == "10" || row == "13" || row == "14" || row == "15" ? "13" : "12";
}

Result result_of(const Recipe& recipe, const MeasuredFigure& wanted, const Figure& figure,
                 double seconds, const ReproduceArguments& arguments) {
  const auto row = row_of(recipe, wanted);
  return {.issue = issue_of(row),
          .item = "row " + row,
          .metric = wanted.what,
          .value = formatted("%.4f", figure.value),
          .standard_error = formatted("%.4f", figure.standard_error),
          .unit = figure.unit,
          .limit = arguments.budget == "short" ? wanted.short_target : "",
          .seed = std::to_string(arguments.seed),
          .estimator = figure.estimator,
          .seconds = formatted("%.0f", seconds),
          .command = arguments.command(recipe.name),
          .commit = "",
          .date = today(),
          .machine = this_machine()};
}

bool has_result(const std::vector<Result>& results, const std::string& metric,
                const std::string& command) {
  return std::any_of(results.begin(), results.end(), [&](const Result& result) {
    return result.metric == metric && result.command == command;
  });
}

void measure(const Recipe& recipe, const Training& training, const ReproduceArguments& arguments) {
  const auto there = read_results(arguments.results_file());
  // By what measures them, and by samples for each picture.
  std::map<std::pair<MeasuredBy, std::int64_t>, std::vector<MeasuredFigure>> missing;
  for (const auto& figure : recipe.figures)
    if (!has_result(there, figure.what, arguments.command(recipe.name)))
      missing[{figure.by, figure.samples}].push_back(figure);
  const auto seconds = training_seconds(read_log(training.run));
  for (const auto& [how, wanted] : missing) {
    const auto figures = measured_figures(how.first, how.second,
                                          {.run = training.run.folder,
                                           .data = arguments.data,
                                           .seed = arguments.seed,
                                           .steps = arguments.steps,
                                           .most = arguments.most,
                                           .threads = arguments.threads});
    for (const auto& one : wanted) {
      const auto result =
          result_of(recipe, one, figure_called(one.name, figures), seconds, arguments);
      append_result(arguments.results_file(), result);
      std::printf("%s: %s %s, standard error %s; %s\n", result.metric.c_str(), result.value.c_str(),
                  result.unit.c_str(), result.standard_error.c_str(), result.estimator.c_str());
    }
  }
}

void draw_samples(const Training& training, const ReproduceArguments& arguments) {
  const auto picture = training.run.folder + "/samples.png";
  if (fs::exists(picture) || !open_run(training.run.folder).model->capabilities().samples) return;
  std::vector<std::string> words = {training.run.folder, "-o", picture};
  if (arguments.threads > 0)
    words.insert(words.end(), {"--threads", std::to_string(arguments.threads)});
  use_model("sample", words);
}

void reproduce_one(const Recipe& recipe, const ReproduceArguments& arguments) {
  const auto training = training_of(recipe, arguments);
  if (arguments.dry_run) {
    std::printf("%s\n", training.line().c_str());
    return;
  }
  fs::create_directories(arguments.folder());
  write_text(training.configuration, recipe_text(arguments.budget, recipe.name));
  if (training.is_finished()) {
    require_same_options(training);
  } else {
    std::printf("%s\n", training.line().c_str());
    std::fflush(stdout);
    train_model(training.model, training.words, Ranks());
  }
  use_threads(arguments.threads);
  measure(recipe, training, arguments);
  draw_samples(training, arguments);
}

}  // namespace

void reproduce(std::vector<std::string> words) {
  ReproduceArguments arguments;
  CLI::App app("train and measure as a recipe says; what is there already is kept",
               "vqcodec reproduce");
  add_reproduce_options(app, arguments);
  if (!parse_training(app, std::move(words))) return;
  if (arguments.list) return print_list();
  if (!arguments.table.empty()) {
    const auto pictures = fs::path(arguments.table).parent_path() / "reproductions";
    return write_text(arguments.table, reproduction_table(read_results(arguments.results_file()),
                                                          pictures.string()));
  }
  if (arguments.name.empty())
    throw Error(ErrorKind::kUsage, "reproduce wants the name of a recipe, or all; see --list");
  if (arguments.name != "all") return reproduce_one(recipe_called(arguments.name), arguments);
  for (const auto& recipe : recipes())
    if (!recipe_text(arguments.budget, recipe.name).empty()) reproduce_one(recipe, arguments);
}

}  // namespace vqcodec::tools
