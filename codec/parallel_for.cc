#include "codec/parallel_for.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace vqcodec::codec {

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;  // guards the two below
  std::size_t failed_index = count;
  std::exception_ptr failure;

  // Indices are taken in rising order, so all below a failed one have begun and will report.
  const auto work = [&] {
    while (!failed) {
      const std::size_t index = next++;
      if (index >= count) return;
      try {
        body(index);
      } catch (...) {
        failed = true;
        const std::lock_guard lock(mutex);
        if (index < failed_index) {
          failed_index = index;
          failure = std::current_exception();
        }
      }
    }
  };

  const std::size_t helpers = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 1; i < helpers; ++i) pool.emplace_back(work);
    work();
  }  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace vqcodec::codec
