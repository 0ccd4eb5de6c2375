// models/model.h: what every model offers to the trainer.
#pragma once

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

namespace vqcodec::models {

// A source of random numbers. The trainer makes one for each step from the run's seed and the step,
// so that a resumed run draws what an uninterrupted one would have drawn.
using Rng = at::Generator;

Rng make_rng(std::uint64_t seed, std::uint64_t step);
// Uniform integer in 0..bound-1.
std::int64_t draw(Rng& rng, std::int64_t bound);
double draw_uniform(Rng& rng);  // in [0, 1)

struct Batch {
  torch::Tensor images;  // (N,C,H,W), 0..1
  torch::Tensor labels;  // (N) int64, or undefined
};

struct Loss {
  torch::Tensor total;                                       // scalar, minimized
  std::vector<std::pair<std::string, torch::Tensor>> terms;  // scalars for the log
};

// Parameters that share a learning rate, as a multiple of the run's.
struct ParameterGroup {
  std::vector<torch::Tensor> parameters;
  double rate_factor = 1;
};

// What the log says beside the loss, and whether training has gone astray.
struct Health {
  std::vector<std::pair<std::string, double>> values;
  bool collapsed = false;  // codes no longer tell pictures apart
};

// How far a run is; step counts from 0.
struct Progress {
  std::int64_t step = 0, steps = 1;

  double share() const { return static_cast<double>(step) / static_cast<double>(steps); }
};

class Model : public torch::nn::Module {
 public:
  // Before a step: for schedules of KL weights and temperatures, and for training in stages. A
  // resumed run begins with it too, so that nothing of it need be saved.
  virtual void begin_step(const Progress& /*progress*/) {}
  virtual Loss loss(const Batch& batch, Rng& rng) = 0;
  // After the optimizer: moving averages, persistent chains, restarts. What it changes are buffers.
  virtual void end_step(const Batch& /*batch*/, Rng& /*rng*/) {}
  // Learners in closed form (expectation-maximization): loss() itself changes the parameters, and
  // neither gradients nor averages are taken.
  virtual bool steps_itself() const { return false; }
  // Of the batch that loss() saw last; asked for where a log line is written.
  virtual Health health() const { return {}; }
  // All parameters at the run's rate unless a model says otherwise.
  virtual std::vector<ParameterGroup> parameter_groups() { return {{parameters(), 1}}; }
};

// What one process trains on in a step: `count` of the batch's `size` examples, from `first` on.
struct BatchPart {
  std::uint64_t seed = 1;  // the run's
  std::int64_t step = 0, size = 1, first = 0, count = 1;
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  // Examples that rng draws.
  virtual Batch batch(std::int64_t size, Rng& rng) = 0;
  // The parts of all processes, one after another, are the batch that one process alone would have.
  // rng: the step's, alike in all of them. Unless a set knows better, all draw the whole batch and
  // keep their part. Throws Error(kUsage) where it cannot be shared evenly.
  virtual Batch part(const BatchPart& part, Rng& rng);
};

}  // namespace vqcodec::models
