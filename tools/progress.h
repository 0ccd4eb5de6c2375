// tools/progress.h: one line with a bar and the remaining time, on a terminal only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace vqcodec::tools {

// Drawn on standard error by a thread of its own once the work has taken a second.
class Progress {
 public:
  Progress(std::size_t jobs, bool wanted);  // shown only if standard error is a terminal as well
  ~Progress();                              // Erases the line.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // While it lives, the job is the current one; then the line is erased until the next job's time,
  // so that others can be printed.
  class Job {
   public:
    Job(Progress& progress, const std::string& name) : progress_(progress) {
      progress_.begin(name);
    }
    ~Job() { progress_.finish(); }
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

   private:
    Progress& progress_;
  };

  void advance(double fraction);  // of the current job, 0..1; never runs backwards

 private:
  void begin(const std::string& name);
  void finish();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vqcodec::tools
