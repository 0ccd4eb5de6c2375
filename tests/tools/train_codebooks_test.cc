// `train codebooks` with the real networks, on a few small pictures.
#include <gtest/gtest.h>

#include <string>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

const std::string kSmall = "--data pictures --crop 64 --hold-out 4 --batch 1 -T 1 ";
const std::string kCodebooks = kRealProgram +
                               "train codebooks --from old.vqm --steps 1 --integer-steps 1 "
                               "--codebook-crops 8 --measured 1 -o new.vqm ";

class TrainCodebooks : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    for (int i = 0; i < 4; ++i)
      sandbox_.write_picture("pictures/" + std::to_string(i) + ".png", 256 + 32 * i, 256);
  }

  void make_old_model() const {
    const auto outcome =
        sandbox_.run(kRealProgram + "train codec " + kSmall +
                     "-o run --hidden 0 --blocks 0 --lambdas 0.003 --steps 1 --polish-steps 1 "
                     "--codebook-crops 8 && " +
                     kRealProgram + "train prior " + kSmall +
                     "--from run -o old.vqm --name old --steps 1 --integer-steps 0 --measured 1");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  // One line, with the message and the exit code.
  void expect_failure(const std::string& line, int exit_code, const std::string& message) const {
    const auto outcome = sandbox_.run(line);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_EQ(outcome.err, "vqcodec: " + message + "\n");
    EXPECT_FALSE(sandbox_.has("new.vqm"));
  }

  Sandbox sandbox_;
};

TEST_F(TrainCodebooks, MakesAModelAndReportsOnIt) {
  make_old_model();
  expect_failure(kCodebooks + "--data pictures --hold-out 4 --crop 512", 5,
                 "every picture is smaller than a crop of 512 pixels");
  const auto outcome = sandbox_.run(kCodebooks + kSmall);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* part : {"before:", "after:", "perplexity", "bits at equal PSNR: "})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << " in " << outcome.out;
  const auto info = sandbox_.run("vqcodec info new.vqm");
  EXPECT_EQ(info.exit_code, 0) << info.err;
  EXPECT_EQ(info.out.find("new ("), 0u) << info.out;
  // What lies in the run's folder is not mixed with other options.
  std::filesystem::remove(sandbox_.path("new.vqm"));
  expect_failure(kCodebooks + kSmall + "--seed 2", 2,
                 "new.vqm.run: holds a run with other options; remove it or choose another -o");
}

TEST_F(TrainCodebooks, SaysWhatIsMissingBeforeItWorks) {
  expect_failure(kCodebooks + kSmall, 5, "old.vqm: cannot open: No such file or directory");
  expect_failure(kCodebooks + "--data pictures --hold-out 5", 5,
                 "pictures: has 4 pictures, expected 5 or more, since every 5th is measured on; "
                 "add some or lower --hold-out");
  expect_failure(kCodebooks + "--data pictures --hold-out 0", 2,
                 "--hold-out 0: leaves no picture to measure on, expected 2 or more");
  expect_failure(kCodebooks + "--data pictures --hold-out 1", 2,
                 "--hold-out 1: leaves no picture to train on, expected 2 or more");
  sandbox_.run("mkdir empty");
  expect_failure(kCodebooks + "--data empty", 5,
                 "empty: no PNG, JPEG or PPM pictures in this folder");
}

}  // namespace
}  // namespace vqcodec::tools
