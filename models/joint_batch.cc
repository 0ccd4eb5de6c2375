#include "models/joint_batch.h"

namespace vqcodec::models {

namespace {

thread_local const Ranks* sharing = nullptr;

bool is_shared() { return sharing && !sharing->is_alone(); }

}  // namespace

JointBatch::JointBatch(const Ranks& ranks) : before_(sharing) { sharing = &ranks; }
JointBatch::~JointBatch() { sharing = before_; }

torch::Tensor sum_over_ranks(const torch::Tensor& own) {
  if (!is_shared()) return own;
  auto sum = own.detach().clone();
  sharing->sum_into(sum);
  return sum;
}

torch::Tensor mean_over_ranks(const torch::Tensor& own) {
  return is_shared() ? sum_over_ranks(own) / sharing->size() : own;
}

torch::Tensor rows_of_all_ranks(const torch::Tensor& own) {
  return is_shared() ? sharing->joined_rows(own) : own;
}

torch::Tensor as_rank_0_has_it(const torch::Tensor& own) {
  if (!is_shared()) return own;
  auto first = own.detach().clone();
  sharing->broadcast({first});
  return first;
}

}  // namespace vqcodec::models
