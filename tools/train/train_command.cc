#include "tools/train/train_command.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "entropy/error.h"
#include "models/generative/registry.h"
#include "models/threads.h"

namespace vqcodec::tools {

namespace {

struct TrainingCommand {
  const char* name;
  const char* about;
  void (*run)(std::vector<std::string>, const models::Ranks&);
};

constexpr TrainingCommand kCommands[] = {
    {"codec", "transform, codebooks and synthesis of the codec, from a folder of pictures",
     train_codec},
    {"prior", "the PixelCNN prior of a trained codec, and the model file", train_prior},
    {"codebooks", "new codebooks and prior for another kind of picture, networks as they are",
     train_codebooks_command},
    {"code-prior", "the codec's prior on the codes of a trained VQ-VAE, and the model file",
     train_code_prior},
};

void print_list() {
  std::puts("vqcodec train COMMAND --help\n\nThe codec:");
  for (const auto& command : kCommands) std::printf("  %-16s %s\n", command.name, command.about);
  std::puts("\nModels, to be used with `vqcodec sample`, `reconstruct` and `score`:");
  for (const auto* model : models::registered_models())
    std::printf("  %-24s %s (%s)\n", model->name.c_str(), model->about.c_str(),
                model->paper.c_str());
}

void train(int argc, const char* const* argv) {
  const std::string name = argc > 1 ? argv[1] : "--help";
  if (name == "--list" || name == "--help" || name == "-h") return print_list();
  const std::vector<std::string> words(argv + 2, argv + argc);
  const models::Ranks ranks(models::launch_place());
  for (const auto& command : kCommands)
    if (name == command.name) return command.run(words, ranks);
  train_model(name, words, ranks);
}

}  // namespace

int network_command(int argc, const char* const* argv) {
  const std::string command = argv[0];
  if (command == "train")
    train(argc, argv);
  else if (command == "reproduce")
    reproduce({argv + 1, argv + argc});
  else if (command == "figures")
    draw_figures({argv + 1, argv + argc});
  else
    use_model(command, {argv + 1, argv + argc});
  return 0;
}

void add_training_options(CLI::App& app, TrainingOptions& options) {
  app.add_option("--data", options.data, "folder of pictures (PNG, JPEG, PPM)")->required();
  app.add_option("--hold-out", options.hold_out,
                 "every so manieth picture is held out for measuring")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  app.add_option("--steps", options.steps, "training steps")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  app.add_option("--batch", options.batch, "crops a step")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "of Adam, at its highest")
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of everything that is drawn")->capture_default_str();
  app.add_option("-T,--threads", options.threads, "threads; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  add_device_option(app, options.device);
  app.set_config("--config", "", "TOML file of these options");
  app.allow_config_extras(CLI::config_extras_mode::error);
}

void add_device_option(CLI::App& app, std::string& device) {
  app.add_option("--device", device, "cpu, cuda, or auto: a GPU where there is one")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
}

void use_threads(int threads) {
  models::use_threads(
      threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
}

bool parse_training(CLI::App& app, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ConfigError& error) {
    const std::string text = error.what();  // CLI11: "INI was not able to parse KEY"
    const auto key = text.substr(text.rfind(' ') + 1);
    throw Error(ErrorKind::kUsage, "--config: there is no option ", key, "; --help lists them");
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw Error(ErrorKind::kUsage, error.what());
    app.exit(error);
    return false;
  }
  return true;
}

}  // namespace vqcodec::tools
