#include "tools/thread_seats.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace vqcodec::tools {
namespace {

constexpr std::uint64_t kSmall = 1000, kLarge = std::uint64_t{1} << 30;

TEST(ThreadSeats, ALargePictureTakesMoreThreads) {
  ThreadSeats seats(8, 1);
  EXPECT_EQ(ThreadSeats::Seat(seats, kSmall).threads(), 1);
  EXPECT_EQ(ThreadSeats::Seat(seats, 3 << 20).threads(), 3);
  EXPECT_EQ(ThreadSeats::Seat(seats, kLarge).threads(), 8);
}

TEST(ThreadSeats, FewPicturesShareAllThreads) {
  ThreadSeats seats(8, 4);
  const ThreadSeats::Seat first(seats, kSmall), second(seats, kSmall);
  EXPECT_EQ(first.threads(), 4);
  EXPECT_EQ(second.threads(), 4);
}

// Large and small ones from many threads: no more are at work than there are threads, and all end.
TEST(ThreadSeats, NeverGivesMoreThreadsThanThereAre) {
  ThreadSeats seats(4, 1);
  std::atomic<int> busy = 0, most = 0, done = 0;
  std::vector<std::thread> pictures;
  for (int i = 0; i < 32; ++i)
    pictures.emplace_back([&, i] {
      const ThreadSeats::Seat seat(seats, i % 5 == 0 ? kLarge : kSmall);
      const int now = busy += seat.threads();
      int before = most;
      while (before < now && !most.compare_exchange_weak(before, now)) {
      }
      std::this_thread::yield();
      busy -= seat.threads();
      ++done;
    });
  for (auto& picture : pictures) picture.join();
  EXPECT_LE(most, 4);
  EXPECT_EQ(done, 32);
}

}  // namespace
}  // namespace vqcodec::tools
