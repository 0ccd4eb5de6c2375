// `reproduce` with the real networks: each recipe on a few small pictures, for a few steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "tests/tools/sandbox.h"
#include "tests/tools/small_set.h"

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

class Reproduce : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    for (const char* folder : {"mnist", "fashion-mnist", "binarized-mnist"}) {
      write_small_set(sandbox_, std::string("data/") + folder, "train", 40);
      write_small_set(sandbox_, std::string("data/") + folder, "t10k", 10);
    }
  }
  Outcome run(const std::string& line) const {
    return sandbox_.run(kRealProgram + "reproduce --data data -T 1 " + line);
  }
  std::string text(const std::string& name) const {
    const auto bytes = sandbox_.read(name);
    return {bytes.begin(), bytes.end()};
  }

  Sandbox sandbox_;
};

int lines_in(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

// Recipes that the source tree has for a budget.
int files_in(const std::string& folder) {
  const fs::directory_iterator files(fs::path(VQCODEC_SOURCE_DIR) / folder);
  return static_cast<int>(std::distance(begin(files), end(files)));
}

TEST_F(Reproduce, EveryRecipeIsUnderstood) {
  for (const std::string budget : {"short", "full"}) {
    const auto plan = run("all --dry-run --budget " + budget);
    EXPECT_EQ(plan.exit_code, 0) << plan.err;
    EXPECT_EQ(lines_in(plan.out), files_in("models/recipes/" + budget)) << plan.out;
  }
  EXPECT_NE(run("--list").out.find("vae                  row 2: "), std::string::npos);
  EXPECT_FALSE(sandbox_.has("reproductions"));
}

TEST_F(Reproduce, ARecipeGivesTheFiguresOfItsLine) {
  for (const char* recipe : {"iwae-5", "vae", "gumbel", "rbm-20", "pixelcnn"}) {
    const auto made = run(std::string(recipe) + " --steps 2 --most 4 -o made");
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  const auto results = text("made/results.csv");
  EXPECT_NE(results.find("12,row 2,\"NLL of the Gaussian VAE (784-200-200-50), dynamic MNIST, "
                         "test\","),
            std::string::npos);
  EXPECT_NE(results.find("vqcodec reproduce vae --budget short --steps 2 --most 4"),
            std::string::npos);
  EXPECT_EQ(lines_in(results), 1 + 6);
  EXPECT_TRUE(sandbox_.has("made/short/vae/samples.png"));
}

// Also those for which something else is trained: a classifier, a prior of the codec.
TEST_F(Reproduce, ARecipeOfCodesTrainsWhatMeasuresThem) {
  for (int i = 0; i < 24; ++i)
    sandbox_.write_picture("data/photos/train/" + std::to_string(100 + i) + ".png", 64, 64);
  for (const char* recipe : {"vq-vae", "vq-vae-mnist"}) {
    const auto made = run(std::string(recipe) + " --steps 1 --most 20 -o made");
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  const auto results = text("made/results.csv");
  for (const char* row :
       {"13,row 13,\"the codes of the VQ-VAE as whole .vqc files, held-out photographs\",",
        "13,row 15,\"top-1 of a classifier trained on draws of the VQ-VAE given the digit, MNIST, "
        "test, %\","})
    EXPECT_NE(results.find(row), std::string::npos) << results;
  EXPECT_TRUE(sandbox_.has("made/short/vq-vae/codes.vqm"));
  EXPECT_TRUE(sandbox_.has("made/short/vq-vae-mnist/classifier/accuracy.csv"));
}

TEST_F(Reproduce, WhatIsThereIsKept) {
  ASSERT_EQ(run("vae --steps 2 -o made").exit_code, 0);
  const auto results = text("made/results.csv"), log = text("made/short/vae/log.jsonl");
  ASSERT_EQ(run("vae --steps 2 -o made").exit_code, 0);
  EXPECT_EQ(text("made/results.csv"), results);
  EXPECT_EQ(text("made/short/vae/log.jsonl"), log);
  // A figure that is missing is measured anew, to the same value, without training.
  sandbox_.write(
      "made/results.csv",
      {results.begin(), results.begin() + static_cast<std::ptrdiff_t>(results.find('\n') + 1)});
  ASSERT_EQ(run("vae --steps 2 -o made").exit_code, 0);
  EXPECT_EQ(text("made/results.csv"), results);
  EXPECT_EQ(text("made/short/vae/log.jsonl"), log);
  // Another seed is another run.
  ASSERT_EQ(run("vae --steps 2 --seed 2 -o made").exit_code, 0);
  EXPECT_TRUE(sandbox_.has("made/short/vae-seed2/weights.pt"));
  EXPECT_EQ(lines_in(text("made/results.csv")), 2 * lines_in(results) - 1);
}

TEST_F(Reproduce, WrongUseIsOneLineWithARemedy) {
  ASSERT_EQ(run("vae --steps 2 -o made").exit_code, 0);
  sandbox_.write("bad.csv", {'a', ',', 'b', '\n'});
  struct Case {
    const char* line;
    int exit_code;
    const char* says;
  };
  for (const auto& [line, exit_code, says] :
       {Case{"", 2, "see --list"}, Case{"vaee", 2, "see reproduce --list"},
        Case{"vae --budget long", 2, "--budget"},
        Case{"rbm-20 --budget full", 2, "no recipe of budget full"},
        Case{"vae --steps 3 -o made", 2, "other options than the recipe's"},
        Case{"vae --steps 2 -o other --results bad.csv", 3, "expected \"issue,item"}}) {
    const auto outcome = run(line);
    EXPECT_EQ(outcome.exit_code, exit_code) << line << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(says), std::string::npos) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << line << ": " << outcome.err;
  }
  const auto no_data = sandbox_.run("unset VQCODEC_DATA; " + kRealProgram + "reproduce vae");
  EXPECT_EQ(no_data.exit_code, 2) << no_data.err;
  EXPECT_NE(no_data.err.find("VQCODEC_DATA"), std::string::npos) << no_data.err;
}

// The page in the source tree is what the command makes of the results in the source tree.
TEST_F(Reproduce, ThePageIsMadeFromTheResults) {
  const fs::path source = VQCODEC_SOURCE_DIR;
  if (fs::exists(source / "models/reproductions"))
    fs::copy(source / "models/reproductions", sandbox_.path("reproductions"),
             fs::copy_options::recursive);
  const auto made =
      run("--table PAGE.md --results " + std::string(VQCODEC_TESTDATA_DIR) + "/results.csv");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  std::ifstream in(source / "models/REPRODUCTIONS.md");
  const std::string committed{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text("PAGE.md"), committed);
}

}  // namespace
}  // namespace vqcodec::tools
