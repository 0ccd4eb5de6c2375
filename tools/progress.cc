#include "tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stop_token>
#include <thread>

namespace vqcodec::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kQuietTime = std::chrono::seconds(1);
constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr std::size_t kBarWidth = 30;
constexpr std::size_t kNameWidth = 24;   // of 80 columns
constexpr double kLeastFraction = 0.01;  // before it, an estimate of the rest means nothing

std::string bar_line(double fraction, double elapsed_seconds, const std::string& name) {
  std::string line = "[";
  const auto filled = static_cast<std::size_t>(fraction * kBarWidth);
  line.append(filled, '=').append(kBarWidth - filled, ' ');
  char text[64];
  if (fraction >= kLeastFraction) {
    const int seconds = static_cast<int>(elapsed_seconds * (1 - fraction) / fraction + 0.5);
    std::snprintf(text, sizeof text, "] %d %%, %d:%02d left  ", static_cast<int>(100 * fraction),
                  seconds / 60, seconds % 60);
  } else {
    std::snprintf(text, sizeof text, "] %d %%  ", static_cast<int>(100 * fraction));
  }
  return line.append(text).append(name, 0, kNameWidth);
}

}  // namespace

struct Progress::Impl {
  std::size_t jobs = 0;
  std::mutex mutex;  // guards all below but the thread
  std::condition_variable_any wake;
  double done = 0;  // jobs, with the begun parts of those at work
  std::size_t working = 0;
  std::string name;
  bool drawn = false;
  std::jthread painter;  // last: it stops before the rest goes

  void erase() {
    if (drawn) std::fputs("\r\033[K", stderr);
    drawn = false;
  }

  void draw(std::chrono::duration<double> elapsed) {
    const double share = std::min(1.0, done / static_cast<double>(jobs));
    std::fprintf(stderr, "\r\033[K%s", bar_line(share, elapsed.count(), name).c_str());
    drawn = true;
  }

  void paint(const std::stop_token& stop) {
    const auto start = Clock::now();
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kQuietTime, [] { return false; });
    while (!stop.stop_requested()) {
      if (working > 0) draw(Clock::now() - start);
      wake.wait_for(lock, stop, kRedraw, [] { return false; });
    }
    erase();
  }
};

Progress::Progress(std::size_t jobs, bool wanted) : impl_(std::make_unique<Impl>()) {
  impl_->jobs = std::max<std::size_t>(jobs, 1);
  if (wanted && ::isatty(STDERR_FILENO))
    impl_->painter =
        std::jthread([impl = impl_.get()](const std::stop_token& s) { impl->paint(s); });
}

Progress::~Progress() = default;

Progress::Job::Job(Progress& progress, const std::string& name) : progress_(progress) {
  const std::lock_guard lock(progress.impl_->mutex);
  progress.impl_->name = name;
  ++progress.impl_->working;
}

Progress::Job::~Job() {
  advance(1);
  const std::lock_guard lock(progress_.impl_->mutex);
  --progress_.impl_->working;
  progress_.impl_->erase();
}

void Progress::Job::advance(double fraction) {
  const std::lock_guard lock(progress_.impl_->mutex);
  const double reached = std::clamp(fraction, fraction_, 1.0);
  progress_.impl_->done += reached - fraction_;
  fraction_ = reached;
}

void Progress::between(const std::function<void()>& print) {
  const std::lock_guard lock(impl_->mutex);
  impl_->erase();
  print();
}

}  // namespace vqcodec::tools
