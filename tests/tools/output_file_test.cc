// What a file under construction leaves behind.
#include "tools/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "entropy/error.h"
#include "tests/tools/sandbox.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {
namespace {

using Names = std::set<std::string>;

// Runs `body` in a process of its own; its wait status.
int in_child(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(OutputFile, AppearsUnderItsNameOnlyWhenCommitted) {
  const Sandbox sandbox;
  {
    OutputFile file(sandbox.path("x").string());
    file.write(std::vector<std::uint8_t>{1, 2, 3});
    EXPECT_FALSE(sandbox.has("x"));
    file.commit();
  }
  EXPECT_EQ(sandbox.read("x"), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(sandbox.files(), Names{"x"});
}

TEST(OutputFile, LeavesTheOldFileWithoutCommit) {
  const Sandbox sandbox;
  sandbox.write("x", {7});
  {
    OutputFile file(sandbox.path("x").string());
    file.write(std::vector<std::uint8_t>{1, 2, 3});
  }
  EXPECT_EQ(sandbox.read("x"), std::vector<std::uint8_t>{7});
  EXPECT_EQ(sandbox.files(), Names{"x"});
}

TEST(OutputFile, LeavesNothingAfterASignalThatEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Sandbox sandbox;
    const int status = in_child([&] {
      ::signal(signal, SIG_DFL);  // A test run in the background may have inherited SIG_IGN.
      OutputFile file(sandbox.path("x").string());
      file.write(std::vector<std::uint8_t>{1, 2, 3});
      if (sandbox.files().empty()) ::_exit(1);
      ::raise(signal);
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_EQ(sandbox.files(), Names{});
  }
}

TEST(OutputFile, LeavesIgnoredSignalsIgnored) {
  const Sandbox sandbox;
  const int status = in_child([&] {
    ::signal(SIGHUP, SIG_IGN);
    OutputFile file(sandbox.path("x").string());
    ::raise(SIGHUP);
    file.commit();
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(sandbox.files(), Names{"x"});
}

TEST(OutputFile, ReplacesWhatALinkPointsAt) {
  const Sandbox sandbox;
  sandbox.write("folder/real", {7});
  ASSERT_EQ(::symlink("folder/real", sandbox.path("link").c_str()), 0);
  write_output(sandbox.path("link").string(), std::vector<std::uint8_t>{1});
  EXPECT_EQ(sandbox.read("folder/real"), std::vector<std::uint8_t>{1});
  EXPECT_TRUE(std::filesystem::is_symlink(sandbox.path("link")));
}

TEST(OutputFile, HasThePermissionsOfAnyNewFile) {
  const Sandbox sandbox;
  const auto before = ::umask(027);
  write_output(sandbox.path("x").string(), std::vector<std::uint8_t>{1});
  ::umask(before);
  EXPECT_EQ(std::filesystem::status(sandbox.path("x")).permissions(),
            static_cast<std::filesystem::perms>(0640));
}

// A pipe of our own stands for all devices: run as root on a wrong program, a test that wrote to
// /dev/null would replace it for the whole machine.
TEST(OutputFile, WritesWhatIsNoFileDirectly) {
  const Sandbox sandbox;
  const auto pipe = sandbox.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const library::FileDescriptor reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_GE(reader.get(), 0);
  EXPECT_NO_THROW(require_free(pipe.string(), false));
  write_output(pipe.string(), std::vector<std::uint8_t>{1, 2, 3});
  std::uint8_t bytes[8];
  EXPECT_EQ(::read(reader.get(), bytes, sizeof bytes), 3);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_EQ(sandbox.files(), Names{"pipe"});
}

TEST(OutputFile, RefusesAnExistingFileUnlessForced) {
  const Sandbox sandbox;
  sandbox.write("x", {7});
  EXPECT_THROW(require_free(sandbox.path("x").string(), false), Error);
  EXPECT_NO_THROW(require_free(sandbox.path("x").string(), true));
  EXPECT_NO_THROW(require_free(sandbox.path("y").string(), false));
  EXPECT_NO_THROW(require_free("-", false));
}

}  // namespace
}  // namespace vqcodec::tools
