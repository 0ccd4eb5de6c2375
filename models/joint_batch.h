// models/joint_batch.h: statistics of a step's whole batch, of which each process sees a part.
//
// Statistics are needed deep inside of models (a codebook's sums, a layer's first batch), and which
// processes share a batch does not change while a step runs. So the trainer says it once, as
// LibTorch's own guards do, and no model has to hand it on. Outside of a step, and in a process
// alone, each function returns its argument.
#pragma once

#include "models/process_group.h"

namespace vqcodec::models {

// For as long as it lives, in this thread. Borrows the ranks.
class JointBatch {
 public:
  explicit JointBatch(const Ranks& ranks);
  ~JointBatch();
  JointBatch(const JointBatch&) = delete;
  JointBatch& operator=(const JointBatch&) = delete;

 private:
  const Ranks* before_;
};

// No gradients pass through these. All throw RankLost.
torch::Tensor sum_over_ranks(const torch::Tensor& own);
torch::Tensor mean_over_ranks(const torch::Tensor& own);
// (P,...) of each to (P x ranks,...): as one process with the whole batch would have them.
torch::Tensor rows_of_all_ranks(const torch::Tensor& own);
// What rank 0 has: of things drawn from a loss's generator, which is each rank's own.
torch::Tensor as_rank_0_has_it(const torch::Tensor& own);

}  // namespace vqcodec::models
