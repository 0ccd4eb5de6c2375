// tools/thread_seats.h: threads shared out among pictures that are worked on side by side.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace vqcodec::tools {

// A picture takes a thread for every 2^20 pixels, but at least `fewest` and at most all: small
// pictures run side by side, large ones alone, so that memory is that of a million pixels a thread.
class ThreadSeats {
 public:
  ThreadSeats(int threads, int fewest) : threads_(threads), fewest_(fewest), free_(threads) {}

  // Waits for the picture's threads, in the order of asking; gives them back when it goes.
  class Seat {
   public:
    Seat(ThreadSeats& seats, std::uint64_t pixels);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    int threads() const { return threads_; }

   private:
    ThreadSeats& seats_;
    int threads_;
  };

 private:
  const int threads_, fewest_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  int free_;
  std::uint64_t asked_ = 0, seated_ = 0;  // pictures
};

}  // namespace vqcodec::tools
