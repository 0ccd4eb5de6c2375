#include "models/trainer.h"

#include <chrono>
#include <cmath>
#include <filesystem>

#include "entropy/error.h"
#include "models/checkpoint.h"
#include "models/run_log.h"

namespace vqcodec::models {

namespace {

constexpr int kCollapsedLines = 3;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Averages of the latest weights; a shorter memory at first, so that the start is forgotten.
void average_weights(std::vector<torch::Tensor>& average,
                     const std::vector<torch::Tensor>& parameters, double decay,
                     std::int64_t step) {
  torch::NoGradGuard no_grad;
  if (average.empty()) {
    for (const auto& parameter : parameters) average.push_back(parameter.detach().clone());
    return;
  }
  const double weight = std::max(1 - decay, 1 / (1 + static_cast<double>(step) / 4));
  for (std::size_t i = 0; i < average.size(); ++i) average[i].lerp_(parameters[i], weight);
}

torch::optim::Adam make_optimizer(Model& model, const TrainerOptions& options) {
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (const auto& group : model.parameter_groups())
    groups.emplace_back(group.parameters, std::make_unique<torch::optim::AdamOptions>(
                                              options.learning_rate * group.rate_factor));
  return torch::optim::Adam(groups, torch::optim::AdamOptions(options.learning_rate));
}

void set_learning_rate(torch::optim::Adam& optimizer, Model& model, double rate) {
  const auto groups = model.parameter_groups();
  for (std::size_t i = 0; i < groups.size(); ++i)
    optimizer.param_groups()[i].options().set_lr(rate * groups[i].rate_factor);
}

// Undefined, not zero: the optimizer skips parameters that a step does not reach.
void clear_gradients(const std::vector<torch::Tensor>& parameters) {
  for (const auto& parameter : parameters) parameter.mutable_grad().reset();
}

}  // namespace

double learning_rate_at(const TrainerOptions& options, std::int64_t step) {
  const auto s = static_cast<double>(step + 1);
  const double done = s / static_cast<double>(options.steps);
  const double rise = std::min(1.0, s / std::max(1.0, options.warm_up));
  const double fall =
      done <= options.decay_start
          ? 1
          : std::pow(options.decay, (done - options.decay_start) / (1 - options.decay_start));
  return options.learning_rate * rise * fall;
}

void train(Model& model, Dataset& data, const TrainerOptions& options,
           const std::function<void(std::int64_t)>& every_log) {
  std::filesystem::create_directories(options.run_folder);
  const auto checkpoint = options.run_folder + "/checkpoint.pt";
  auto optimizer = make_optimizer(model, options);
  TrainingState state;
  if (std::filesystem::exists(checkpoint)) state = load_checkpoint(checkpoint, model, optimizer);
  RunLog log(options.run_folder + "/log.jsonl");
  ProgressLine progress;
  const auto parameters = model.parameters();
  auto last_checkpoint = Clock::now(), last_log = Clock::now();
  auto last_logged = state.step;
  int collapsed = 0;  // lines of the log in a row
  for (; state.step < options.steps;) {
    auto rng = make_rng(options.seed, static_cast<std::uint64_t>(state.step));
    set_learning_rate(optimizer, model, learning_rate_at(options, state.step));
    model.begin_step({.step = state.step, .steps = options.steps});
    const auto batch = data.batch(options.batch, rng);
    clear_gradients(parameters);
    const auto loss = model.loss(batch, rng);
    double norm = 0;
    if (!model.steps_itself()) {
      loss.total.backward();
      norm = torch::nn::utils::clip_grad_norm_(parameters, options.clip_norm);
      if (!std::isfinite(norm))
        throw Error(ErrorKind::kInternal, "step ", state.step,
                    ": the loss is not finite; resume from ", checkpoint,
                    " with a smaller learning rate");
      optimizer.step();
    }
    model.end_step(batch, rng);
    ++state.step;
    if (!model.steps_itself())
      average_weights(state.average, parameters, options.averaging, state.step);
    const bool last = state.step == options.steps;
    if (last || state.step % options.log_every == 0) {
      const auto per_step = seconds_since(last_log) / static_cast<double>(state.step - last_logged);
      last_log = Clock::now();
      last_logged = state.step;
      std::vector<std::pair<std::string, double>> values = {
          {"step", static_cast<double>(state.step)},
          {"loss", loss.total.item<double>()},
          {"gradient_norm", norm},
          {"seconds_per_step", per_step}};
      for (const auto& [name, value] : loss.terms) values.emplace_back(name, value.item<double>());
      const auto health = model.health();
      values.insert(values.end(), health.values.begin(), health.values.end());
      log.write(values);
      progress.show(state.step, options.steps, per_step, values);
      if (every_log) every_log(state.step);
      collapsed = health.collapsed ? collapsed + 1 : 0;
      if (collapsed == kCollapsedLines)
        throw Error(ErrorKind::kInternal, "step ", state.step, ": the codes have collapsed (",
                    kCollapsedLines, " lines in ", options.run_folder,
                    "/log.jsonl); start anew with a smaller learning rate");
    }
    if (last || seconds_since(last_checkpoint) > options.checkpoint_every_seconds) {
      save_checkpoint(checkpoint, model, optimizer, state);
      last_checkpoint = Clock::now();
    }
  }
  progress.end();
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < state.average.size(); ++i) parameters[i].copy_(state.average[i]);
}

}  // namespace vqcodec::models
