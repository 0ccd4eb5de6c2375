#include "tools/train/model_run.h"

#include <charconv>
#include <filesystem>
#include <sstream>

#include "entropy/error.h"
#include "models/checkpoint.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

using namespace models;

namespace {

// Lists travel as one word, "200,100", on the command line and in configurations alike.
std::string text_of(const std::vector<std::int64_t>& values) {
  std::string text;
  for (const auto value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

std::vector<std::int64_t> sizes_in(const std::string& text, const ListOption& option,
                                   const std::string& name) {
  std::vector<std::int64_t> values;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    std::int64_t value = 0;
    const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (problem != std::errc{} || stop != word.data() + word.size() || value < option.least ||
        value > option.most)
      throw Error(ErrorKind::kUsage, name, " ", text, ": found \"", word, "\", expected ",
                  option.least, " to ", option.most, ", as 200,100");
    values.push_back(value);
  }
  return values;
}

// An option's type decides what the command line accepts.
struct Adder {
  CLI::App& app;
  const Option& option;

  std::string name() const { return "--" + option.name; }
  void operator()(const IntegerOption& o) const {
    app.add_option(name(), *o.value, option.about)
        ->check(CLI::Range(o.least, o.most))
        ->capture_default_str();
  }
  void operator()(const RealOption& o) const {
    app.add_option(name(), *o.value, option.about)
        ->check(CLI::Range(o.least, o.most))
        ->capture_default_str();
  }
  void operator()(const FlagOption& o) const {
    app.add_flag(name() + ",!--no-" + option.name, *o.value, option.about);
  }
  void operator()(const ChoiceOption& o) const {
    app.add_option(name(), *o.value, option.about)
        ->check(CLI::IsMember(o.choices))
        ->capture_default_str();
  }
  void operator()(const ListOption& o) const {
    app.add_option_function<std::string>(
           name(),
           [o, this_name = name()](const std::string& text) {
             *o.values = sizes_in(text, o, this_name);
           },
           option.about + ", as 200,100")
        ->type_name("LIST")
        ->default_str(text_of(*o.values));
  }
};

// What the run's configuration says of the model's name.
std::string name_in(const ModelRun& run) {
  if (!std::filesystem::exists(run.configuration()))
    throw Error(ErrorKind::kResource, run.folder, ": is no run of `train`: it has no model.toml");
  CLI::App app;
  std::string name;
  app.add_option("--name", name);
  app.set_config("--config");
  app.allow_config_extras(CLI::config_extras_mode::ignore_all);
  parse_training(app, {"--config", run.configuration()});
  return name;
}

}  // namespace

ModelArguments arguments_for(const std::string& name) {
  ModelArguments arguments;
  arguments.kind = &registered_model(name);
  arguments.factory = arguments.kind->make_factory();
  arguments.training = arguments.kind->training;
  return arguments;
}

void add_options(CLI::App& app, ModelArguments& arguments) {
  auto& training = arguments.training;
  if (arguments.factory->takes_folder()) {
    const bool wants = arguments.factory->wants_folder();
    app.add_option("--data", arguments.data,
                   (wants ? "folder of the pictures: " : "folder of text: ") + arguments.kind->data)
        ->required(wants)
        ->capture_default_str();
  }
  app.add_option("-o,--output", arguments.output,
                 "the run's folder; an interrupted run goes on there")
      ->required()
      ->capture_default_str();
  app.add_option("--steps", training.steps, "training steps")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  app.add_option("--batch", training.batch, "pictures a step")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--learning-rate", training.learning_rate, "of Adam, at its highest")
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  app.add_option("--validate-every", arguments.stopping.validate_every,
                 "steps; the weights of the best validation are kept; 0: never")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  app.add_option("--patience", arguments.stopping.patience,
                 "validations in a row without a better one, which end the training")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  app.add_option("--most-minutes", arguments.most_minutes, "of training; 0: all steps")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--seed", training.seed, "of everything that is drawn")->capture_default_str();
  app.add_option("-T,--threads", arguments.threads, "threads; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  add_device_option(app, arguments.device);
  for (const auto& option : arguments.factory->options())
    std::visit(Adder{app, option}, option.value);
  // Written into the run's configuration; nobody gives them by hand.
  app.add_option("--name")
      ->check(CLI::IsMember({arguments.kind->name}))
      ->default_str(arguments.kind->name)
      ->group("");
  app.add_option("--picture-channels", arguments.picture.channels)
      ->capture_default_str()
      ->group("");
  app.add_option("--picture-height", arguments.picture.height)->capture_default_str()->group("");
  app.add_option("--picture-width", arguments.picture.width)->capture_default_str()->group("");
  app.set_config("--config", "", "TOML file of these options");
  app.allow_config_extras(CLI::config_extras_mode::error);
}

std::string configuration_of(ModelArguments& arguments) {
  CLI::App app;
  add_options(app, arguments);  // what they are now counts as their default
  return app.config_to_str(/*default_also=*/true);
}

void require_run_of(const ModelRun& run, const std::string& name) {
  if (const auto found = name_in(run); found != name)
    throw Error(ErrorKind::kUsage, run.folder, ": is a run of ", found, ", not of ", name,
                "; choose another folder");
}

ModelArguments arguments_of(const ModelRun& run) {
  auto arguments = arguments_for(name_in(run));
  CLI::App app;
  add_options(app, arguments);
  parse_training(app, {"--config", run.configuration()});
  return arguments;
}

FinishedModel open_run(const std::string& folder) {
  const ModelRun run{folder};
  FinishedModel finished{.arguments = arguments_of(run), .model = nullptr};
  if (!std::filesystem::exists(run.weights()))
    throw Error(ErrorKind::kResource, folder,
                ": this run is not finished; go on with `vqcodec train ",
                finished.arguments.kind->name, " --config ", run.configuration(), "`");
  finished.model = finished.arguments.factory->make(finished.arguments.picture);
  load_weights(run.weights(), *finished.model);
  finished.model->eval();
  return finished;
}

Batch pictures_for(const FinishedModel& finished, const std::string& folder,
                   const std::string& split, std::int64_t most) {
  const auto& data = folder.empty() ? finished.arguments.data : folder;
  const auto sets = finished.arguments.factory->sets(data);
  const auto& set = split == "train" ? sets.train : split == "test" ? sets.test : sets.validation;
  if (set.shape() != finished.arguments.picture)
    throw Error(ErrorKind::kUsage, data, ": pictures of another size than the run's");
  return whole_set(set, finished.arguments.factory->pixels(), most);
}

}  // namespace vqcodec::tools
