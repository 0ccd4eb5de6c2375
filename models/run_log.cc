#include "models/run_log.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iomanip>

#include "entropy/error.h"

namespace vqcodec::models {

RunLog::RunLog(const std::string& path) : file_(path, std::ios::app) {
  if (!file_) throw Error(ErrorKind::kResource, path, ": cannot be written");
}

void RunLog::write(const std::vector<std::pair<std::string, double>>& values) {
  file_ << '{';
  for (std::size_t i = 0; i < values.size(); ++i) {
    file_ << (i ? ", \"" : "\"") << values[i].first << "\": ";
    if (std::isfinite(values[i].second))
      file_ << std::setprecision(6) << values[i].second;
    else
      file_ << "null";
  }
  file_ << "}\n" << std::flush;
}

void ProgressLine::show(std::int64_t step, std::int64_t steps, double seconds_per_step,
                        const std::vector<std::pair<std::string, double>>& values) {
  if (!isatty(STDERR_FILENO)) return;
  const auto left = static_cast<std::int64_t>(seconds_per_step * static_cast<double>(steps - step));
  std::fprintf(stderr, "\r\033[Kstep %lld of %lld, %lld:%02lld left", static_cast<long long>(step),
               static_cast<long long>(steps), static_cast<long long>(left / 60),
               static_cast<long long>(left % 60));
  for (const auto& [name, value] : values) std::fprintf(stderr, ", %s %.4g", name.c_str(), value);
  shown_ = true;
}

void ProgressLine::end() {
  if (shown_) std::fputc('\n', stderr);
  shown_ = false;
}

}  // namespace vqcodec::models
