// `train NAME`, `sample`, `reconstruct` and `score` with the real networks, on a few small
// pictures.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "codec/image_io.h"
#include "tests/tools/sandbox.h"
#include "tests/tools/small_set.h"

namespace vqcodec::tools {
namespace {

class TrainModel : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    write_pictures("train", 40);
    write_pictures("t10k", 10);
  }

  void write_pictures(const std::string& part, std::uint8_t count) const {
    write_small_set(sandbox_, "data", part, count);
  }
  Outcome run(const std::string& line) const { return sandbox_.run(kRealProgram + line); }

  // The names in the second part of `train --list`.
  std::vector<std::string> listed_models() const {
    const auto list = run("train --list").out;
    std::istringstream lines(list.substr(list.find("\nModels")));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("  ")) names.push_back(line.substr(2, line.find(' ', 2) - 2));
    return names;
  }

  Sandbox sandbox_;
};

// Not every model rebuilds or draws pictures; those that do not say so.
bool did_or_cannot(const Outcome& outcome) {
  return outcome.exit_code == 0 ||
         (outcome.exit_code == 2 && outcome.err.find("this model does not ") != std::string::npos);
}

constexpr const char* kTrain =
    "train vae --data data -o run --hidden 8 --latents 2 --batch 4 -T 1 --steps ";

TEST_F(TrainModel, EveryListedModelTrainsAndIsUsed) {
  const auto names = listed_models();
  EXPECT_GE(names.size(), 6u);
  for (const auto& name : names) {
    // Some make their own data, or read text; some would anneal for a minute.
    const auto help = run("train " + name + " --help").out;
    std::string options;
    if (help.find("--data TEXT REQUIRED") != std::string::npos) options += " --data data";
    if (help.find("--temperatures") != std::string::npos) options += " --temperatures 5 --chains 5";
    const auto trained = run("train " + name + options + " -o r_" + name + " --steps 3 -T 1");
    if (trained.exit_code == 2 &&
        trained.err.find("--data wants colour pictures") != std::string::npos)
      continue;  // these are grey
    ASSERT_EQ(trained.exit_code, 0) << name << ": " << trained.err;
    const auto score = run("score r_" + name + " -k 2 -T 1 --most 10");
    EXPECT_EQ(score.exit_code, 0) << score.err;
    EXPECT_EQ(score.out.find(name + ", 10 pictures (test)"), 0u) << score.out;
    const auto rebuilt = run("reconstruct r_" + name + " -n 3 --columns 2 -o r.png -T 1");
    EXPECT_TRUE(did_or_cannot(rebuilt)) << name << ": " << rebuilt.err;
    const auto drawn = run("sample r_" + name + " -n 6 -o s.png -T 1");
    EXPECT_TRUE(did_or_cannot(drawn)) << name << ": " << drawn.err;
  }
  ASSERT_EQ(run("reconstruct r_vae -n 3 --columns 2 -o r.png -T 1").exit_code, 0);
  ASSERT_EQ(run("sample r_vae -n 6 -o s.png -T 1").exit_code, 0);
  EXPECT_EQ(codec::read_image(sandbox_.read("s.png")).width, 3 * 4 + 2);  // 3 x 2 with gaps
  EXPECT_EQ(codec::read_image(sandbox_.read("r.png")).height, 4 * 4 + 3);
}

TEST_F(TrainModel, AConfigurationAloneMakesTheRunAgain) {
  ASSERT_EQ(run(kTrain + std::string("6 --seed 5")).exit_code, 0);
  ASSERT_EQ(run("train vae --config run/model.toml -o again").exit_code, 0);
  const auto score = run("score run -T 1");
  EXPECT_EQ(score.exit_code, 0) << score.err;
  EXPECT_EQ(run("score again -T 1").out, score.out);
  EXPECT_NE(run("score run -T 1 --seed 2").out, score.out);
}

TEST_F(TrainModel, TheLatentPlaneIsDrawnWhereThereIsOne) {
  ASSERT_EQ(run(kTrain + std::string("2")).exit_code, 0);
  ASSERT_EQ(run("sample run --grid -n 25 -o plane.png -T 1").exit_code, 0);
  EXPECT_EQ(codec::read_image(sandbox_.read("plane.png")).height, 5 * 4 + 4);
  ASSERT_EQ(run("train vae --data data -o wide --latents 3 --steps 1 -T 1").exit_code, 0);
  const auto refused = run("sample wide --grid -o plane.png");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("3 latents, expected 2"), std::string::npos) << refused.err;
}

TEST_F(TrainModel, WrongUseIsOneLineWithARemedy) {
  ASSERT_EQ(run(kTrain + std::string("1")).exit_code, 0);
  sandbox_.write("full/notes.txt", {'x'});
  struct Case {
    const char* line;
    int exit_code;
    const char* says;
  };
  for (const auto& [line, exit_code, says] :
       {Case{"train vaee --data data -o x", 2, "see train --list"},
        Case{"train vae --data data -o x --latents 0", 2, "--latents"},
        Case{"train vae --data data -o x --latents -3", 2, "--latents"},
        Case{"train vae --data data -o x --hidden 20,none", 2, "as 200,100"},
        Case{"train vae --data absent -o x", 5, "is no folder"},
        Case{"train vae --data full -o x", 5, "--data wants the folder of MNIST"},
        Case{"train rbm --data data -o run", 2, "is a run of vae"},
        Case{"train vae --data data -o full", 2, "choose another folder"},
        Case{"score full", 5, "is no run of `train`"}, Case{"score run -k 0", 2, "--samples"},
        Case{"sample run --class 3 -o x.png", 2, "is not conditional"}}) {
    const auto outcome = run(line);
    EXPECT_EQ(outcome.exit_code, exit_code) << line << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(says), std::string::npos) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << line << ": " << outcome.err;
  }
  EXPECT_FALSE(sandbox_.has("x"));
  EXPECT_FALSE(sandbox_.has("x.png"));
}

}  // namespace
}  // namespace vqcodec::tools
