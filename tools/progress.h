// tools/progress.h: one line with a bar and the remaining time, on a terminal only.
#pragma once

#include <cstddef>
#include <functional>
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

  // While it lives, the job is one of those at work: the line names the one that began last. Jobs
  // of different threads may overlap.
  class Job {
   public:
    Job(Progress& progress, const std::string& name);
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    void advance(double fraction);  // of this job, 0..1; never runs backwards

   private:
    Progress& progress_;
    double fraction_ = 0;
  };

  // Erases the line, prints, and lets nobody else print meanwhile.
  void between(const std::function<void()>& print);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vqcodec::tools
