// The training commands with the real networks, on a few small pictures.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

class Training : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    for (int i = 0; i < 4; ++i)
      sandbox_.write_picture("pictures/" + std::to_string(i) + ".png", 256 + 32 * i, 256);
  }
  Sandbox sandbox_;
};

TEST_F(Training, MakesAModelThatCompresses) {
  const auto codec = sandbox_.run(
      kRealProgram +
      "train codec --data pictures -o run --hidden 16 --blocks 1 --lambdas 0.003 0.03 --crop 64 "
      "--batch 2 --steps 60 --polish-steps 4 --codebook-crops 16 --hold-out 4 -T 1");
  ASSERT_EQ(codec.exit_code, 0) << codec.err;
  const auto prior = sandbox_.run(
      kRealProgram +
      "train prior --from run --data pictures -o small.vqm --name small --crop 64 --batch 1 "
      "--steps 60 --integer-steps 2 --hold-out 4 -T 1");
  ASSERT_EQ(prior.exit_code, 0) << prior.err;
  EXPECT_TRUE(sandbox_.has("run/prior/figures.csv"));
  const auto coded = sandbox_.run(
      kRealProgram + "compress pictures/0.png -o 0.vqc --model small.vqm -q 2 -T 1 && " +
      kRealProgram + "decompress 0.vqc -o 0.png --model small.vqm -T 1 && " + kRealProgram +
      "compare pictures/0.png 0.png");
  ASSERT_EQ(coded.exit_code, 0) << coded.err;
  double psnr = 0;
  ASSERT_EQ(std::sscanf(coded.out.c_str(), "psnr %lf", &psnr), 1) << coded.out;
  EXPECT_GT(psnr, 30);
}

TEST_F(Training, WrongOptionsAreOneLineAndExitCode2) {
  sandbox_.run("echo 'stepss = 3' > unknown.toml; echo 'steps = \"many\"' > text.toml");
  for (const char* line :
       {"train nonsense", "train codec", "train codec --data pictures -o x --config unknown.toml",
        "train codec --data pictures -o x --config text.toml",
        "train codec --data pictures -o x --config absent.toml",
        "train codec --data pictures -o x --preset large",
        "train codec --data pictures -o x --crop 100",
        "train codec --data pictures -o x --tune vmaf",
        "train codec --data pictures -o x --tune ms-ssim --crop 160",
        "train prior --from run --data pictures -o x.vqm --without colour"}) {
    const auto outcome = sandbox_.run(kRealProgram + line);
    EXPECT_EQ(outcome.exit_code, 2) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find("vqcodec: "), 0u) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << line << ": " << outcome.err;
  }
  EXPECT_FALSE(sandbox_.has("x"));
}

TEST_F(Training, PresetsAreDefaultsThatOptionsAndFilesOverride) {
  sandbox_.run("echo 'preset = \"vqvae2\"' > paper.toml");
  const auto help = [&](const std::string& options) {
    return sandbox_.run(kRealProgram + "train codec " + options + " --help").out;
  };
  EXPECT_NE(help("").find("--blocks INT=5"), std::string::npos) << help("");
  EXPECT_NE(help("--preset vqvae2").find("--codewords INT:INT in [2 - 1023]=512"),
            std::string::npos)
      << help("--preset vqvae2");
  EXPECT_NE(help("--config paper.toml").find("--blocks INT=2"), std::string::npos);
  EXPECT_NE(help("--tune ms-ssim").find("--crop INT:INT in [32 - 1024]=192"), std::string::npos);
}

TEST_F(Training, MissingFoldersAreResources) {
  for (const char* line : {"train codec --data absent -o x",
                           "train prior --from absent --data "
                           "pictures -o x.vqm"}) {
    const auto outcome = sandbox_.run(kRealProgram + line);
    EXPECT_EQ(outcome.exit_code, 5) << line << ": " << outcome.err;
    EXPECT_NE(outcome.err.find("absent"), std::string::npos) << outcome.err;
  }
}

}  // namespace
}  // namespace vqcodec::tools
