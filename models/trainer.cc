#include "models/trainer.h"

#include <chrono>
#include <cmath>
#include <filesystem>

#include "entropy/error.h"
#include "models/checkpoint.h"
#include "models/data_parallel.h"
#include "models/device.h"
#include "models/joint_batch.h"
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

const std::string& folder_made(const std::string& folder) {
  std::filesystem::create_directories(folder);
  return folder;
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

namespace {

// A run from where its checkpoint left it to its end.
class Training {
 public:
  Training(Model& model, Dataset& data, const TrainerOptions& options,
           const std::function<void(std::int64_t)>& every_log, const Stopping& stopping,
           const Ranks& ranks)
      : model_(model),
        data_(data),
        options_(options),
        every_log_(every_log),
        stopping_(stopping),
        ranks_(ranks),
        part_(part_of_rank(ranks, options.batch)),
        checkpoint_(folder_made(options.run_folder) + "/checkpoint.pt"),
        parameters_(model.parameters()),
        device_(device_of(model)),
        optimizer_(make_optimizer(model, options)),
        log_(options.run_folder + "/log.jsonl") {
    if (std::filesystem::exists(checkpoint_))
      state_ = load_checkpoint(checkpoint_, model, optimizer_);
    last_logged_ = state_.step;
    seconds_before_ = state_.seconds;
    part_.seed = options.seed;
  }

  void run() {
    try {
      start_together();
      run_steps();
      ranks_.meet();  // The last checkpoint is there.
    } catch (const RankLost& lost) {
      const bool can_resume = std::filesystem::exists(checkpoint_);
      throw Error(ErrorKind::kInternal, lost.what(), " in step ", state_.step, "; start all again",
                  can_resume ? " to resume from " + checkpoint_ : "");
    }
    take_over(state_.best.empty() ? state_.average : state_.best);
  }

 private:
  struct Step {
    Loss loss;
    double gradient_norm = 0;
  };

  void start_together() {
    if (ranks_.is_alone()) return;
    if (model_.steps_itself())
      throw Error(ErrorKind::kUnsupported, "this model learns in closed form, from a whole batch ",
                  "at once; train it in one process");
    ranks_.meet();
    require_same_step(ranks_, state_.step, options_.run_folder);
    take_model_of_rank_0(ranks_, model_);
  }

  void run_steps() {
    while (!is_over()) {
      const auto [loss, norm] = step();
      state_.seconds = seconds_before_ + seconds_since(start_);
      if (stopping_.most_seconds > 0) state_.seconds = value_of_rank_0(ranks_, state_.seconds);
      const bool validates =
          stopping_.validate_every > 0 && state_.step % stopping_.validate_every == 0;
      if (validates) validate();
      const bool last = is_over();
      if (last || state_.step % options_.log_every == 0) write_log(loss, norm);
      if (ranks_.is_first() &&
          (last || seconds_since(last_checkpoint_) > options_.checkpoint_every_seconds)) {
        save_checkpoint(checkpoint_, model_, optimizer_, state_);
        last_checkpoint_ = Clock::now();
      }
    }
    progress_.end();
  }

  bool is_over() const {
    return state_.step >= options_.steps ||
           (stopping_.most_seconds > 0 && state_.seconds >= stopping_.most_seconds) ||
           (stopping_.validate_every > 0 && state_.validations_since >= stopping_.patience);
  }

  Step step() {
    const auto number = static_cast<std::uint64_t>(state_.step);
    auto drawn_with = make_rng(options_.seed, number);
    set_learning_rate(optimizer_, model_, learning_rate_at(options_, state_.step));
    model_.begin_step({.step = state_.step, .steps = options_.steps});
    part_.step = state_.step;
    const auto batch = on_device(data_.part(part_, drawn_with), device_);
    auto rng = device_.is_cuda() ? make_rng(options_.seed, number, device_) : drawn_with;
    clear_gradients(parameters_);
    const JointBatch joint(ranks_);
    auto loss_rng = rng_of_loss(ranks_, rng, options_.seed, state_.step);
    Step result{.loss = model_.loss(batch, loss_rng)};
    if (!model_.steps_itself()) {
      result.loss.total.backward();
      average_gradients(ranks_, parameters_);
      result.gradient_norm = torch::nn::utils::clip_grad_norm_(parameters_, options_.clip_norm);
      if (!std::isfinite(result.gradient_norm))
        throw Error(ErrorKind::kInternal, "step ", state_.step,
                    ": the loss is not finite; resume from ", checkpoint_,
                    " with a smaller learning rate");
      optimizer_.step();
    }
    model_.end_step(batch, rng);
    // What a model took from its first examples: rank 0's are as good as any.
    if (state_.step == 0) take_model_of_rank_0(ranks_, model_);
    ++state_.step;
    if (!model_.steps_itself())
      average_weights(state_.average, parameters_, options_.averaging, state_.step);
    return result;
  }

  void write_log(const Loss& loss, double gradient_norm) {
    const auto per_step =
        seconds_since(last_log_) / static_cast<double>(state_.step - last_logged_);
    last_log_ = Clock::now();
    last_logged_ = state_.step;
    std::vector<std::pair<std::string, double>> values = {
        {"step", static_cast<double>(state_.step)},
        {"loss", loss.total.item<double>()},
        {"gradient_norm", gradient_norm},
        {"seconds_per_step", per_step}};
    for (const auto& [name, value] : loss.terms) values.emplace_back(name, value.item<double>());
    average_values(ranks_, values);
    reconcile_parameters(ranks_, parameters_);
    if (!ranks_.is_first()) return;
    const auto health = model_.health();
    values.insert(values.end(), health.values.begin(), health.values.end());
    log_.write(values);
    progress_.show(state_.step, options_.steps, per_step, values);
    if (every_log_) every_log_(state_.step);
    collapsed_ = health.collapsed ? collapsed_ + 1 : 0;
    if (collapsed_ == kCollapsedLines)
      throw Error(ErrorKind::kInternal, "step ", state_.step, ": the codes have collapsed (",
                  kCollapsedLines, " lines in ", options_.run_folder,
                  "/log.jsonl); start anew with a smaller learning rate");
  }

  void validate() {
    std::vector<torch::Tensor> latest;
    for (const auto& parameter : parameters_) latest.push_back(parameter.detach().clone());
    take_over(state_.average);
    model_.eval();
    const double found = value_of_rank_0(ranks_, stopping_.validate());
    std::vector<std::pair<std::string, double>> line = {{"step", static_cast<double>(state_.step)},
                                                        {"validation", found}};
    if (stopping_.fit) line.emplace_back("fit", stopping_.fit());
    model_.train();
    if (ranks_.is_first()) log_.write(line);
    ++state_.validations_since;
    if (found < state_.best_validation) {
      state_.best_validation = found;
      state_.validations_since = 0;
      state_.best.clear();
      for (const auto& parameter : parameters_) state_.best.push_back(parameter.detach().clone());
    }
    take_over(latest);
  }

  void take_over(const std::vector<torch::Tensor>& weights) {
    torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < weights.size(); ++i) parameters_[i].copy_(weights[i]);
  }

  Model& model_;
  Dataset& data_;
  const TrainerOptions& options_;
  const std::function<void(std::int64_t)>& every_log_;
  const Stopping& stopping_;
  const Ranks& ranks_;
  BatchPart part_;
  std::string checkpoint_;
  std::vector<torch::Tensor> parameters_;
  torch::Device device_;
  torch::optim::Adam optimizer_;
  RunLog log_;
  ProgressLine progress_;
  TrainingState state_;
  Clock::time_point start_ = Clock::now(), last_checkpoint_ = start_, last_log_ = start_;
  std::int64_t last_logged_ = 0;
  double seconds_before_ = 0;
  int collapsed_ = 0;  // lines of the log in a row
};

}  // namespace

void train(Model& model, Dataset& data, const TrainerOptions& options,
           const std::function<void(std::int64_t)>& every_log, const Stopping& stopping,
           const Ranks& ranks) {
  Training(model, data, options, every_log, stopping, ranks).run();
}

void train(Model& model, Dataset& data, const TrainerOptions& options,
           const std::function<void(std::int64_t)>& every_log) {
  train(model, data, options, every_log, Stopping{});
}

}  // namespace vqcodec::models
