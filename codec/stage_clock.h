// codec/stage_clock.h: seconds by stage, for --timings.
#pragma once

#include <chrono>
#include <string_view>

#include "codec/codec.h"

namespace vqcodec::codec {

class StageClock {
 public:
  explicit StageClock(Timings* timings) : timings_(timings) {}  // Borrows; null: measures nothing.

  // Runs the step and adds its time to the stage's.
  template <typename Step>
  auto time(std::string_view stage, Step&& step) {
    const Lap lap{timings_, stage, std::chrono::steady_clock::now()};
    return step();
  }

 private:
  struct Lap {
    Timings* timings;
    std::string_view stage;
    std::chrono::steady_clock::time_point start;

    ~Lap() {
      if (timings == nullptr) return;
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      for (auto& [name, seconds] : *timings) {
        if (name == stage) {
          seconds += elapsed.count();
          return;
        }
      }
      timings->emplace_back(stage, elapsed.count());
    }
  };

  Timings* timings_;
};

}  // namespace vqcodec::codec
