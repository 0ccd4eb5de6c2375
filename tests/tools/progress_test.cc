// The progress line: on a terminal, after a second, and nowhere else.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

// What the program shows on a terminal. Pictures take `delay_ms` each.
std::string shown_on_terminal(const Sandbox& sandbox, const std::string& delay_ms,
                              const std::string& arguments) {
  // Standard error is the terminal, standard output the sandbox's file.
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    sandbox.run_here("VQCODEC_FAKE_DELAY_MS=" + delay_ms + " vqcodec compress " + arguments);
    ::_exit(0);
  }
  std::string shown;
  char block[256];
  for (ssize_t count; (count = ::read(terminal, block, sizeof block)) > 0;)
    shown.append(block, static_cast<std::size_t>(count));
  ::close(terminal);
  ::waitpid(child, nullptr, 0);
  return shown;
}

TEST(Progress, ShowsABarAndTheRemainingTimeAfterASecond) {
  const Sandbox sandbox;
  for (const char* name : {"a.png", "b.png", "c.png"}) sandbox.write_picture(name);
  const auto shown = shown_on_terminal(sandbox, "600", "-T 1 a.png b.png c.png");
  EXPECT_NE(shown.find("] 33 %, 0:0"), std::string::npos) << shown;
  EXPECT_NE(shown.find(" left  b.png"), std::string::npos) << shown;
  // The line is gone before a picture's own line is printed.
  EXPECT_NE(shown.find("\r\033[Kb.png: 64x48"), std::string::npos) << shown;
}

TEST(Progress, ShowsNothingForQuickWork) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  EXPECT_EQ(shown_on_terminal(sandbox, "0", "a.png").find('['), std::string::npos);
}

TEST(Progress, ShowsNothingInAPipeOrWhenQuiet) {
  const Sandbox sandbox;
  for (const char* name : {"a.png", "b.png"}) sandbox.write_picture(name);
  const auto piped = sandbox.run("VQCODEC_FAKE_DELAY_MS=600 vqcodec compress a.png b.png");
  EXPECT_EQ(piped.err.find('['), std::string::npos) << piped.err;
  EXPECT_EQ(shown_on_terminal(sandbox, "600", "-f --quiet a.png b.png"), "");
}

TEST(Progress, ATerminalIsNoPlaceForAPicture) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  const auto shown = shown_on_terminal(sandbox, "0", "-c a.png >&2");
  EXPECT_NE(shown.find("vqcodec: a.png: standard output is a terminal"), std::string::npos)
      << shown;
}

}  // namespace
}  // namespace vqcodec::tools
