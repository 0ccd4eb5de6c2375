#include "tools/thread_seats.h"

#include <algorithm>

namespace vqcodec::tools {

namespace {
constexpr std::uint64_t kPixelsAThread = 1 << 20;
}

ThreadSeats::Seat::Seat(ThreadSeats& seats, std::uint64_t pixels) : seats_(seats) {
  const auto wanted =
      std::min<std::uint64_t>(pixels / kPixelsAThread, static_cast<std::uint64_t>(seats.threads_));
  threads_ = std::max(static_cast<int>(wanted), seats.fewest_);
  std::unique_lock lock(seats.mutex_);
  const auto turn = seats.asked_++;
  seats.changed_.wait(lock, [&] { return turn == seats.seated_ && seats.free_ >= threads_; });
  ++seats.seated_;
  seats.free_ -= threads_;
  seats.changed_.notify_all();
}

ThreadSeats::Seat::~Seat() {
  const std::lock_guard lock(seats_.mutex_);
  seats_.free_ += threads_;
  seats_.changed_.notify_all();
}

}  // namespace vqcodec::tools
