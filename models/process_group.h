// models/process_group.h: the processes that train one model together, by LibTorch's c10d over
// Gloo.
//
// Every process makes the same calls in the same order. Tensors are in the processor's memory.
#pragma once

#include <torch/torch.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "entropy/error.h"
#include "models/launch_place.h"

namespace vqcodec::models {

// For how long a process waits for the others before it takes them for lost. One that has ended is
// noticed at once; this is for machines that hang and networks that break.
struct Patience {
  // Where they arrive at different times: at the start, and between the parts of a training.
  std::chrono::milliseconds meeting = std::chrono::minutes(10);
  std::chrono::milliseconds step = std::chrono::seconds(45);  // from there on
};

// Another process ended or stopped answering; nothing more can be done together.
class RankLost : public Error {
 public:
  using Error::Error;
};

class Ranks {
 public:
  Ranks();  // One process alone: what follows does nothing.
  // Waits for the others. Throws Error: (kResource) where they do not come together,
  // (kUnsupported) where LibTorch has been built without Gloo.
  explicit Ranks(const LaunchPlace& place, const Patience& patience = {});
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  std::int64_t rank() const { return place_.rank; }
  std::int64_t size() const { return place_.size; }
  bool is_first() const { return place_.rank == 0; }
  bool is_alone() const { return place_.size == 1; }

  // All of these throw RankLost. Values are of equal shape and type in all processes.
  void sum_into(torch::Tensor& values) const;                      // by the sum over ranks
  void broadcast(const std::vector<torch::Tensor>& values) const;  // into all, rank 0's
  // (P,...) of each to (P x size,...), in the order of ranks.
  torch::Tensor joined_rows(const torch::Tensor& rows) const;
  void meet() const;  // Returns when all have called it.

 private:
  struct Group;
  LaunchPlace place_;
  std::unique_ptr<Group> group_;  // null where alone
};

}  // namespace vqcodec::models
