#include "entropy/wavefront.h"

#include <gtest/gtest.h>

#include <vector>

namespace vqcodec::entropy {
namespace {

// Every position once, in the order x + 3 y, then y; contexts always on earlier wavefronts.
TEST(Wavefronts, VisitEveryPositionOnceAfterItsContexts) {
  for (int height = 1; height <= 9; ++height) {
    for (int width = 1; width <= 9; ++width) {
      const Wavefronts wavefronts(height, width);
      std::vector<int> visited(static_cast<std::size_t>(height * width), -1);
      int longest = 0;
      for (int t = 0; t < wavefronts.count(); ++t) {
        const Wavefront wavefront = wavefronts[t];
        longest = std::max(longest, wavefront.count);
        for (int i = 0; i < wavefront.count; ++i) {
          const int x = wavefront.x - 3 * i;
          const int y = wavefront.y + i;
          ASSERT_TRUE(x >= 0 && x < width && y >= 0 && y < height);
          ASSERT_EQ(x + 3 * y, t);
          int& at = visited[static_cast<std::size_t>(y * width + x)];
          ASSERT_EQ(at, -1);
          at = t;
        }
      }
      ASSERT_EQ(longest, wavefronts.longest());
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          ASSERT_EQ(visited[static_cast<std::size_t>(y * width + x)], x + 3 * y);
        }
      }
    }
  }
}

}  // namespace
}  // namespace vqcodec::entropy
