// models/data_parallel.h: what the processes of one training have in common, step by step.
// All throw RankLost; in a process alone none does anything.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/model.h"
#include "models/process_group.h"

namespace vqcodec::models {

// This process's part of a step's batch. Throws Error(kUsage) where they would not be equal.
BatchPart part_of_rank(const Ranks& ranks, std::int64_t batch);

// Of the draws within a loss: rank 0 goes on from where the batch's draws ended, as one process
// would, each other rank has a stream of its own. `rng` itself stays alike in all processes, for
// what they draw together after the step; alone, it is the one returned.
Rng rng_of_loss(const Ranks& ranks, const Rng& rng, std::uint64_t seed, std::int64_t step);

// By their means over ranks. A gradient that some rank has is in all afterwards, the others' are
// undefined as before.
void average_gradients(const Ranks& ranks, const std::vector<torch::Tensor>& parameters);
void average_values(const Ranks& ranks, std::vector<std::pair<std::string, double>>& values);
double value_of_rank_0(const Ranks& ranks, double value);

// Throws Error(kResource) where ranks have not read the same checkpoint.
void require_same_step(const Ranks& ranks, std::int64_t step, const std::string& folder);
// Parameters and buffers of rank 0, in all.
void take_model_of_rank_0(const Ranks& ranks, torch::nn::Module& model);
// The same of parameters that are the same but for the rounding of unlike processors. Throws
// Error(kUnsupported) where they are not: the model sets parameters from its part of a batch.
void reconcile_parameters(const Ranks& ranks, const std::vector<torch::Tensor>& parameters);

}  // namespace vqcodec::models
