#include "tools/evaluate/gnuplot.h"

#include <sys/wait.h>

#include <csignal>
#include <cstdio>

#include "entropy/error.h"

namespace vqcodec::tools {
namespace {

// A child that ends early makes writing to it a signal, which would end this program as well.
class IgnoredPipeSignal {
 public:
  IgnoredPipeSignal() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnoredPipeSignal() { std::signal(SIGPIPE, before_); }
  IgnoredPipeSignal(const IgnoredPipeSignal&) = delete;
  IgnoredPipeSignal& operator=(const IgnoredPipeSignal&) = delete;

 private:
  void (*before_)(int);
};

// Of the shell, which says 127 where there is no such program.
int exit_code_of_gnuplot(const std::string& script) {
  const IgnoredPipeSignal ignored;
  std::FILE* pipe = ::popen("exec gnuplot >/dev/null 2>&1", "w");
  if (!pipe) throw Error(ErrorKind::kResource, "cannot start a process for gnuplot");
  std::fwrite(script.data(), 1, script.size(), pipe);
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string gnuplot_literal(std::string_view text) {
  std::string result = "'";
  for (const char letter : text)
    if (static_cast<unsigned char>(letter) >= ' ') result.append(letter == '\'' ? 2 : 1, letter);
  return result + "'";
}

std::string gnuplot_title(std::string_view text) {
  std::string plain;
  for (const char letter : text) plain += letter == '\'' ? "\u2019" : std::string(1, letter);
  return gnuplot_literal(plain);
}

std::string gnuplot_in_both_formats(const std::string& settings, const std::string& plot_command,
                                    const std::string& svg_path, const std::string& png_path) {
  return settings +
         "set terminal svg size 1000,720 dynamic noenhanced background '#ffffff' font "
         "'sans-serif,14'\nset output " +
         gnuplot_literal(svg_path) + "\n" + plot_command +
         "set terminal pngcairo size 2000,1440 noenhanced font 'sans,14' fontscale 2 linewidth 2 "
         "pointscale 2\nset output " +
         gnuplot_literal(png_path) + "\nreplot\nunset output\n";
}

bool run_gnuplot(const std::filesystem::path& path, const GnuplotScript& script) {
  // Beside their targets at first: a run that is killed leaves no half of a picture there.
  const auto unfinished = [&](const char* kind) { return path.string() + kind + ".unfinished"; };
  const int exit_code = exit_code_of_gnuplot(script(unfinished(".svg"), unfinished(".png")));
  if (exit_code != 0)
    for (const char* kind : {".svg", ".png"}) std::filesystem::remove(unfinished(kind));
  if (exit_code == 127) return false;
  if (exit_code != 0)
    throw Error(ErrorKind::kResource, path.string(), ".svg: gnuplot ended with ", exit_code,
                ", expected 0: is the folder writable, gnuplot 5 or newer?");
  for (const char* kind : {".svg", ".png"})
    std::filesystem::rename(unfinished(kind), path.string() + kind);
  return true;
}

}  // namespace vqcodec::tools
