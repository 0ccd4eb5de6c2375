// models/trainer.h: the one training loop, in one process or in several that share each batch.
//
// The parts of W processes are the batch that one would have, and their gradients' mean is its
// gradient. So where a loss is a mean over examples and draws nothing itself, they find the
// parameters of one process, to rounding, whatever W; and a run may be resumed with another W.
// What a loss draws (noise, dropout, negative phases, persistent chains) differs from rank to rank:
// such runs agree in distribution. Statistics that a loss takes of its batch are those of a rank's
// part (batch normalization, the variance that a VQ-VAE's error is measured in) unless the model
// joins them (joint_batch.h), as codebooks, counts and running means do.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/model.h"
#include "models/process_group.h"

namespace vqcodec::models {

struct TrainerOptions {
  std::int64_t steps = 1000;
  std::int64_t batch = 8;       // of all processes together
  double learning_rate = 5e-4;  // Adam
  double warm_up = 200;         // steps over which the rate rises from zero
  double decay_start = 0.6;     // share of the steps after which the rate falls exponentially,
  double decay = 0.05;          // to this share of it
  double clip_norm = 1;         // of the gradient
  double averaging = 0.998;     // of the weights that are kept at the end
  std::uint64_t seed = 1;
  std::int64_t log_every = 50;  // steps
  double checkpoint_every_seconds = 120;
  std::string run_folder;  // checkpoint.pt and log.jsonl live there
};

// Trains from the run folder's checkpoint if there is one, to the same numbers as without the
// interruption. At the end the model holds the averaged weights. Throws Error(kInternal) where the
// loss is not finite, or three log lines in a row find the codes collapsed. `every_log` (may be
// empty) is called where a log line is written.
void train(Model& model, Dataset& data, const TrainerOptions& options,
           const std::function<void(std::int64_t step)>& every_log = {});

// When a run ends before its last step. The averaged weights are what is validated.
struct Stopping {
  double most_seconds = 0;          // of training, those before an interruption included; 0: no end
  std::int64_t validate_every = 0;  // steps; 0: never
  std::int64_t patience = 10;       // validations in a row without a better one
  std::function<double()> validate = {};  // on pictures that are not trained on; smaller is better
  std::function<double()> fit = {};  // the same on pictures that are, for the log; may be empty
};

// The same; where there are validations, the model holds the weights of the best one at the end.
// All ranks call it and validate, rank 0 decides and is the only one to write, and `every_log` is
// called there. Throws Error also where processes share badly: (kUsage) a batch that is no multiple
// of their number, (kUnsupported) a model that learns from a whole batch at once, (kResource)
// folders that differ, and (kInternal) where one of them ended or hangs.
void train(Model& model, Dataset& data, const TrainerOptions& options,
           const std::function<void(std::int64_t step)>& every_log, const Stopping& stopping,
           const Ranks& ranks = Ranks());

// The rate at a step: warm-up, constant, exponential decay.
double learning_rate_at(const TrainerOptions& options, std::int64_t step);

}  // namespace vqcodec::models
