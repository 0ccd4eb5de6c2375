// models/generative/short_run.h: the trainer's options for a run of some minutes on two cores.
#pragma once

#include "models/trainer.h"

namespace vqcodec::models {

inline TrainerOptions short_run(std::int64_t steps, double learning_rate) {
  return {.steps = steps,
          .batch = 100,
          .learning_rate = learning_rate,
          .decay_start = 0.5,
          .decay = 0.02,
          .clip_norm = 100,
          .log_every = 500,
          .run_folder = {}};
}

}  // namespace vqcodec::models
