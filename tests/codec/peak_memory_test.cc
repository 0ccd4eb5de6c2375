#include "codec/peak_memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <vector>

namespace vqcodec::codec {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

// Takes that much memory for a moment.
void touch(std::uint64_t size_bytes) {
  const auto memory = std::make_unique<volatile char[]>(size_bytes);
  for (std::uint64_t i = 0; i < size_bytes; i += 4096) memory[i] = 1;
}

class PeakMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/proc/self/clear_refs")) GTEST_SKIP() << "not Linux";
  }
};

TEST_F(PeakMemoryTest, IsTheMostThatWasHeldAtOnce) {
  const PeakMemory memory;
  touch(64 * kMebibyte);
  touch(32 * kMebibyte);
  ASSERT_TRUE(memory.bytes());
  EXPECT_NEAR(static_cast<double>(*memory.bytes()), 64.0 * kMebibyte, 1.0 * kMebibyte);
}

TEST_F(PeakMemoryTest, LeavesOutWhatWasBefore) {
  touch(64 * kMebibyte);
  const std::unique_ptr<volatile char[]> kept(new volatile char[32 * kMebibyte]());
  const PeakMemory memory;
  touch(16 * kMebibyte);
  ASSERT_TRUE(memory.bytes());
  EXPECT_NEAR(static_cast<double>(*memory.bytes()), 16.0 * kMebibyte, 1.0 * kMebibyte);
}

// Blocks below malloc's threshold stay with the process when they are freed.
TEST_F(PeakMemoryTest, CountsMemoryThatEarlierWorkFreed) {
  const auto take = [] {
    std::vector<std::unique_ptr<char[]>> blocks;
    for (std::uint64_t i = 0; i < 16 * kMebibyte / 4096; ++i)
      blocks.push_back(std::make_unique<char[]>(4096));
  };
  take();
  const PeakMemory memory;
  take();
  ASSERT_TRUE(memory.bytes());
  EXPECT_NEAR(static_cast<double>(*memory.bytes()), 16.0 * kMebibyte, 1.0 * kMebibyte);
}

}  // namespace
}  // namespace vqcodec::codec
