// What holds for every command: exit codes, start-up, what a signal or a full disk leaves behind.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

using Names = std::set<std::string>;

double children_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(Program, WrongArgumentsAreOneLineAndExitCode2) {
  const Sandbox sandbox;
  for (const char* line :
       {"vqcodec", "vqcodec nonsense", "vqcodec compress", "vqcodec compress a.png --nonsense",
        "vqcodec compress a.png -q 9", "vqcodec compress a.png -q x", "vqcodec info",
        "vqcodec compress a.png --target-psnr -3", "vqcodec compress a.png --device tpu",
        "vqcodec decompress a.vqc --levels 0", "vqcodec compress a b -o c",
        "vqcodec compress a -c -o c", "vqcodec compress a -o b --output-dir c"}) {
    const auto outcome = sandbox.run(line);
    EXPECT_EQ(outcome.exit_code, 2) << line;
    EXPECT_EQ(outcome.err.find("vqcodec: "), 0u) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.out, "") << line;
  }
}

TEST(Program, HelpNamesTheExitCodesAndVersionIsOneLine) {
  const Sandbox sandbox;
  const auto help = sandbox.run("vqcodec --help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.out.find("Exit codes: 0 done"), std::string::npos);
  EXPECT_EQ(sandbox.run("vqcodec compress --help").exit_code, 0);
  const auto version = sandbox.run("vqcodec --version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.out.find("vqcodec 0."), 0u) << version.out;
}

TEST(Program, StartsQuicklyWhereNoNetworkIsNeeded) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  ASSERT_EQ(sandbox.run("vqcodec compress a.png").exit_code, 0);
  for (const char* line :
       {"vqcodec --help", "vqcodec --version", "vqcodec models", "vqcodec info a.vqc"}) {
    const double before = children_cpu_seconds();
    EXPECT_EQ(sandbox.run(line).exit_code, 0) << line;
    EXPECT_LT(children_cpu_seconds() - before, 0.1) << line;
  }
}

TEST(Program, AFullDiskIsExitCode5) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  ASSERT_EQ(sandbox.run("vqcodec compress a.png").exit_code, 0);
  for (const char* line :
       {"vqcodec compress -c a.png > /dev/full", "vqcodec decompress a.vqc -c > /dev/full",
        "vqcodec info a.vqc > /dev/full", "vqcodec verify a.vqc > /dev/full",
        "vqcodec models > /dev/full"}) {
    const auto outcome = sandbox.run(line);
    EXPECT_EQ(outcome.exit_code, 5) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find("vqcodec: "), 0u) << line << ": " << outcome.err;
  }
  EXPECT_EQ(sandbox.files(), (Names{"a.png", "a.vqc"}));
}

// The limit on a file's size stands for the disk's end: both fail in the middle of the file.
TEST(Program, AnOutputThatDoesNotFitLeavesNothing) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  ASSERT_EQ(sandbox.run("vqcodec compress a.png").exit_code, 0);
  const auto outcome =
      sandbox.run("trap '' XFSZ; ulimit -f 2; vqcodec decompress a.vqc -o b.ppm");  // 1024 bytes
  EXPECT_EQ(outcome.exit_code, 5) << outcome.err;
  EXPECT_EQ(outcome.err, "vqcodec: a.vqc: cannot write: File too large\n");
  EXPECT_EQ(sandbox.files(), (Names{"a.png", "a.vqc"}));
}

TEST(Program, AnUnwritableOutputIsExitCode5) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -o /proc/none.vqc").exit_code, 5);
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -o a.png/b.vqc").exit_code, 5);
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -o $(printf %0300d 0)").exit_code, 5);
  EXPECT_EQ(sandbox.files(), Names{"a.png"});
}

TEST(Program, MemoryThatIsNotThereIsExitCode5) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need address space";
#endif
  const Sandbox sandbox;
  sandbox.run("truncate -s 3G huge.png");
  const auto outcome = sandbox.run("ulimit -v 1000000; vqcodec compress huge.png");
  EXPECT_EQ(outcome.exit_code, 5) << outcome.err;
  EXPECT_EQ(outcome.err, "vqcodec: huge.png: out of memory\n");
}

TEST(Program, CtrlCLeavesNothingHalfWritten) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  const auto outcome = sandbox.run(
      "VQCODEC_FAKE_DELAY_MS=5000 vqcodec compress a.png & sleep 0.3; kill -TERM $!; wait $!");
  EXPECT_EQ(outcome.exit_code, 128 + 15) << outcome.err;
  EXPECT_EQ(sandbox.files(), Names{"a.png"});
}

TEST(Program, MessagesStayOnOneLineWhateverTheName) {
  const Sandbox sandbox;
  const auto outcome = sandbox.run("vqcodec info \"$(printf 'a\\nb\\033[2J')\"");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_EQ(outcome.err, "vqcodec: a?b?[2J: cannot open: No such file or directory\n");
}

TEST(Program, OptionsForAllCommandsStandBeforeOrAfterTheCommand) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  EXPECT_EQ(sandbox.run("vqcodec --quiet compress a.png").err, "");
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -f --quiet").err, "");
}

}  // namespace
}  // namespace vqcodec::tools
