#include "tools/output_file.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <optional>

#include "entropy/error.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxAttempts = 1000;  // at a free temporary name
constexpr std::array kEndingSignals = {SIGINT, SIGTERM, SIGHUP};

// The handlers that remove unfinished files, while there is one.
struct EndingSignals {
  // One for each thread that writes; a file that finds no place here stays after a signal.
  std::array<std::atomic<const char*>, 256> unfinished{};
  std::mutex mutex;  // guards what follows
  int users = 0;
  std::array<struct sigaction, kEndingSignals.size()> before{};

  void acquire();
  void release();
};
static_assert(std::atomic<const char*>::is_always_lock_free, "a signal handler reads it");

// The project's one mutable global: a signal handler can be told of paths in no other way.
constinit EndingSignals ending_signals;

extern "C" void remove_unfinished(int signal) {
  for (const auto& entry : ending_signals.unfinished)
    if (const char* path = entry.load()) ::unlink(path);
  ::raise(signal);  // SA_RESETHAND has brought the default action back.
}

void EndingSignals::acquire() {
  const std::lock_guard lock(mutex);
  if (users++ > 0) return;
  struct sigaction action {};
  action.sa_handler = remove_unfinished;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < kEndingSignals.size(); ++i) {
    ::sigaction(kEndingSignals[i], nullptr, &before[i]);
    // A signal that is ignored (nohup) stays so.
    if (before[i].sa_handler != SIG_IGN) ::sigaction(kEndingSignals[i], &action, nullptr);
  }
}

void EndingSignals::release() {
  const std::lock_guard lock(mutex);
  if (--users > 0) return;
  for (std::size_t i = 0; i < kEndingSignals.size(); ++i)
    ::sigaction(kEndingSignals[i], &before[i], nullptr);
}

// While it lives, a signal that ends the program removes `path` first.
class RemovedBySignals {
 public:
  explicit RemovedBySignals(const char* path) {
    for (auto& entry : ending_signals.unfinished) {
      const char* empty = nullptr;
      if (!entry.compare_exchange_strong(empty, path)) continue;
      entry_ = &entry;
      break;
    }
    ending_signals.acquire();
  }
  ~RemovedBySignals() {
    ending_signals.release();
    if (entry_ != nullptr) *entry_ = nullptr;
  }
  RemovedBySignals(const RemovedBySignals&) = delete;
  RemovedBySignals& operator=(const RemovedBySignals&) = delete;

 private:
  std::atomic<const char*>* entry_ = nullptr;
};

bool written_directly(const fs::path& path) {
  std::error_code ignored;
  const auto status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status);
}

// A link keeps pointing at its target: the target is what is replaced.
fs::path resolved(const std::string& path) {
  std::error_code error;
  const auto target = fs::canonical(path, error);
  return error ? fs::path(path) : target;
}

[[noreturn]] void throw_cannot_write(const fs::path& path) {
  library::throw_system_error(("cannot write " + path.string()).c_str());
}

}  // namespace

struct OutputFile::Impl {
  fs::path target;
  fs::path temporary;                           // empty: written directly
  std::optional<RemovedBySignals> removal;      // made before the file, so that no moment is left
  std::optional<library::FileDescriptor> file;  // empty: standard output

  // Never an existing file, nor through a link that another user left in a shared folder.
  void open_temporary() {
    for (int attempt = 0;; ++attempt) {
      temporary = target.parent_path() / (".vqcodec-" + std::to_string(::getpid()) + "-" +
                                          std::to_string(attempt) + ".tmp");
      removal.emplace(temporary.c_str());
      const int descriptor =
          ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor >= 0) {
        file.emplace(descriptor);
        return;
      }
      removal.reset();
      if (errno != EEXIST || attempt == kMaxAttempts) throw_cannot_write(target);
    }
  }
};

OutputFile::OutputFile(const std::string& path) : impl_(std::make_unique<Impl>()) {
  if (path == library::kStandardStream) return;
  impl_->target = resolved(path);
  if (!written_directly(impl_->target)) {
    impl_->open_temporary();
    return;
  }
  const int descriptor = ::open(impl_->target.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) throw_cannot_write(impl_->target);
  impl_->file.emplace(descriptor);
}

OutputFile::~OutputFile() {
  if (!impl_->temporary.empty()) ::unlink(impl_->temporary.c_str());
}

void OutputFile::write(std::span<const std::uint8_t> bytes) {
  library::write_all(impl_->file ? impl_->file->get() : STDOUT_FILENO, bytes);
}

void OutputFile::commit() {
  if (impl_->file) impl_->file->close();
  if (impl_->temporary.empty()) return;
  if (::rename(impl_->temporary.c_str(), impl_->target.c_str()) != 0)
    throw_cannot_write(impl_->target);
  impl_->removal.reset();
  impl_->temporary.clear();
}

void require_free(const std::string& path, bool overwrite) {
  if (overwrite || path == library::kStandardStream) return;
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored)) && !written_directly(path))
    throw Error(ErrorKind::kUsage, "the output ", path, " exists; -f replaces it");
}

void write_output(const std::string& path, std::span<const std::uint8_t> bytes) {
  OutputFile file(path);
  file.write(bytes);
  file.commit();
}

void write_text(const std::string& path, std::string_view text) {
  write_output(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace vqcodec::tools
