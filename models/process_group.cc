#include "models/process_group.h"

#if defined(USE_C10D_GLOO) && __has_include(<gloo/rendezvous/store.h>)
#define VQCODEC_HAS_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

namespace vqcodec::models {

#ifdef VQCODEC_HAS_GLOO

namespace {

std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

using Gloo = c10::intrusive_ptr<c10d::ProcessGroupGloo>;

// Later LibTorch would have the store on libuv, without which Debian's is built.
template <typename Options>
void do_without_libuv(Options& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

c10::intrusive_ptr<c10d::Store> store_at(const LaunchPlace& place, const Patience& patience) {
  c10d::TCPStoreOptions options;
  options.port = place.port;
  options.isServer = place.rank == 0;
  options.numWorkers = static_cast<std::size_t>(place.size);
  options.timeout = patience.meeting;
  do_without_libuv(options);
  return c10::make_intrusive<c10d::TCPStore>(place.address, options);
}

Gloo connected(const c10::intrusive_ptr<c10d::Store>& store, const char* name,
               const LaunchPlace& place, std::chrono::milliseconds patience) {
  auto options = c10d::ProcessGroupGloo::Options::create(patience);
  options->devices.push_back(
      place.interface.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                              : c10d::ProcessGroupGloo::createDeviceForInterface(place.interface));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(
      c10::make_intrusive<c10d::PrefixStore>(name, store), static_cast<int>(place.rank),
      static_cast<int>(place.size), options);
}

}  // namespace

// Two groups, since Gloo's patience is a group's and not a call's.
struct Ranks::Group {
  c10::intrusive_ptr<c10d::Store> store;
  Gloo steps, meetings;

  Group(const LaunchPlace& place, const Patience& patience) try
      : store(store_at(place, patience)),
        steps(connected(store, "steps", place, patience.step)),
        meetings(connected(store, "meetings", place, patience.meeting)) {
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kResource, "rank ", place.rank, " of ", place.size,
                ": the processes do not come together at MASTER_ADDR ", place.address,
                ", MASTER_PORT ", place.port, " (", first_line(error),
                "); start all of them, with the same two");
  }

  void sum(std::vector<torch::Tensor> values) { steps->allreduce(values)->wait(); }
  void broadcast(std::vector<torch::Tensor> values) { steps->broadcast(values)->wait(); }
  void gather(std::vector<std::vector<torch::Tensor>> parts, std::vector<torch::Tensor> own) {
    steps->allgather(parts, own)->wait();
  }
  void meet() { meetings->barrier()->wait(); }
};

#else

struct Ranks::Group {
  Group(const LaunchPlace& place, const Patience& /*patience*/) {
    throw Error(ErrorKind::kUnsupported, "WORLD_SIZE ", place.size,
                ": this program's LibTorch has no Gloo; build it with libgloo-dev, or train in one "
                "process");
  }
  void sum(const std::vector<torch::Tensor>&) {}
  void broadcast(const std::vector<torch::Tensor>&) {}
  void gather(const std::vector<std::vector<torch::Tensor>>&, const std::vector<torch::Tensor>&) {}
  void meet() {}
};

#endif

namespace {

// Gloo's errors are runtime errors: the others are gone, or too late.
template <typename Action>
void together(const LaunchPlace& place, Action action) {
  try {
    action();
  } catch (const std::runtime_error&) {
    throw RankLost(ErrorKind::kInternal, "rank ", place.rank, " of ", place.size,
                   ": another process stopped answering");
  }
}

}  // namespace

Ranks::Ranks() = default;
Ranks::~Ranks() = default;

Ranks::Ranks(const LaunchPlace& place, const Patience& patience) : place_(place) {
  if (!is_alone()) group_ = std::make_unique<Group>(place, patience);
}

void Ranks::sum_into(torch::Tensor& values) const {
  if (is_alone()) return;
  const auto sum = values.to(torch::kCPU).contiguous();
  together(place_, [&] { group_->sum({sum}); });
  values = sum.to(values.device());
}

void Ranks::broadcast(const std::vector<torch::Tensor>& values) const {
  if (is_alone()) return;
  torch::NoGradGuard no_grad;
  for (const auto& value : values) {
    if (value.numel() == 0) continue;
    // As bytes, since Gloo does not know every type.
    const auto copy = value.detach().to(torch::kCPU).flatten().contiguous().clone();
    together(place_, [&] { group_->broadcast({copy.view(torch::kUInt8)}); });
    value.detach().copy_(copy.view(value.sizes()));
  }
}

torch::Tensor Ranks::joined_rows(const torch::Tensor& rows) const {
  if (is_alone()) return rows;
  const auto own = rows.detach().to(torch::kCPU).contiguous();
  std::vector<torch::Tensor> parts;
  for (std::int64_t rank = 0; rank < size(); ++rank) parts.push_back(torch::empty_like(own));
  together(place_, [&] { group_->gather({parts}, {own}); });
  return torch::cat(parts).to(rows.device());
}

void Ranks::meet() const {
  if (is_alone()) return;
  together(place_, [&] { group_->meet(); });
}

}  // namespace vqcodec::models
