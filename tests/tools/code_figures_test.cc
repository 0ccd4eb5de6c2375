// Figures of vector quantization and what `score` says beside likelihoods, with the real networks
// on a few small pictures.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <sstream>

#include "codec/image_io.h"
#include "tests/tools/sandbox.h"
#include "tests/tools/small_set.h"
#include "tools/evaluate/csv.h"

namespace vqcodec::tools {
namespace {

class CodeFigures : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    write_small_set(sandbox_, "data", "train", 40);
    write_small_set(sandbox_, "data", "t10k", 10);
  }
  Outcome run(const std::string& line) const { return sandbox_.run(kRealProgram + line); }
  void train(const std::string& words) const {
    const auto trained = run("train " + words + " --data data --codewords 20 --dimension 4 -T 1");
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
  }
  std::string text(const std::string& name) const {
    const auto bytes = sandbox_.read(name);
    return {bytes.begin(), bytes.end()};
  }
  // Rows below the header.
  std::vector<std::vector<std::string>> rows(const std::string& name) const {
    std::istringstream lines(text(name));
    std::vector<std::vector<std::string>> found;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) found.push_back(csv_fields(line));
    return found;
  }

  Sandbox sandbox_;
};

TEST_F(CodeFigures, EachLevelsBitsAddUp) {
  train("vqvae2 -o made/short/vqvae2 --steps 4");
  ASSERT_EQ(run("figures vqvae2-levels --from made -o figures -T 1").exit_code, 0);
  const auto found = rows("figures/vqvae2-levels.csv");
  ASSERT_EQ(found.size(), 2u);  // one code, then four, of 20
  double fixed = 0, prior = 0;
  for (std::size_t l = 0; l < 2; ++l) {
    const auto value = [&](std::size_t i) { return csv_number<double>(found[l].at(i)); };
    EXPECT_EQ(value(1), l == 0 ? 1 : 4);
    EXPECT_NEAR(value(2), value(1) * std::log2(20.0), 1e-3);
    fixed += value(2);
    prior += value(3);
    EXPECT_NEAR(value(4), fixed / 16, 1e-4);
    EXPECT_NEAR(value(5), prior / 16, 1e-4);
    EXPECT_NEAR(value(6), 16 / value(1), 1e-3);
    EXPECT_NEAR(value(8), 128 / fixed, 1e-3);
  }
  const auto image = codec::read_image(sandbox_.read("figures/vqvae2-levels.png"));
  EXPECT_EQ(image.width, 10 * 5 - 1);
  EXPECT_EQ(image.height, 3 * 5 - 1);
}

TEST_F(CodeFigures, TheAtlasNamesEveryCodewordAndIsAlwaysTheSame) {
  train("vq-vae -o made/short/vq-vae --halvings 1 --steps 4");
  for (const char* folder : {"figures", "again"})
    ASSERT_EQ(run(std::string("figures vq-atlas --from made -T 1 -o ") + folder).exit_code, 0);
  const auto found = rows("figures/vq-atlas.csv");
  ASSERT_EQ(found.size(), 20u);
  std::int64_t uses = 0, before = 1000;
  for (const auto& row : found) {
    const auto of_this = csv_number<std::int64_t>(row.at(1));
    EXPECT_LE(of_this, before);
    before = of_this;
    uses += of_this;
  }
  EXPECT_EQ(uses,
            36 * 4);  // codes of all training pictures, every tenth of 40 being for validation
  for (const char* name : {"vq-atlas.csv", "vq-atlas.png", "vq-atlas-map.png"})
    EXPECT_EQ(text(std::string("figures/") + name), text(std::string("again/") + name)) << name;
}

TEST_F(CodeFigures, CurvesAreThoseOfTheLogs) {
  train("vq-vae --codebook gradient --channels 4 --steps 200 -o made/short/vq-gradient");
  for (const char* recipe : {"vq-rate-0.2", "vq-rate-5"})
    std::filesystem::copy(sandbox_.path("made/short/vq-gradient"),
                          sandbox_.path(std::string("made/short/") + recipe));
  ASSERT_EQ(run("figures vq-codebook-rate --from made -o figures -T 1").exit_code, 0);
  const auto found = rows("figures/vq-codebook-rate.csv");
  ASSERT_EQ(found.size(), 1u);  // of two lines in the log, the second is of the priors' training
  EXPECT_EQ(found[0].at(0), "100");
  EXPECT_NE(text("made/short/vq-gradient/log.jsonl").find("\"mse_over_variance\": " + found[0][1]),
            std::string::npos);
  EXPECT_EQ(found[0][1], found[0][3]);
}

// Of 4x4 pictures: one code of 20, and four.
TEST_F(CodeFigures, RatesAreOfAllLevels) {
  train(
      "vqvae2 --channels 4 --prior-channels 4 --prior-layers 1 --batch 4 --steps 200 "
      "-o made/short/vqvae2");
  ASSERT_EQ(run("figures vqvae2-rate --from made -o figures -T 1").exit_code, 0);
  const auto found = rows("figures/vqvae2-rate.csv");
  ASSERT_EQ(found.size(), 2u);  // the codebooks' training, then the priors'
  const auto log = text("made/short/vqvae2/log.jsonl");
  const auto logged = [&](const std::string& name) {
    return std::stod(log.substr(log.find("\"" + name + "\": ") + name.size() + 4));
  };
  for (const auto& row : found) EXPECT_NEAR(csv_number<double>(row[1]), 5 * std::log(20.0), 1e-4);
  EXPECT_NEAR(csv_number<double>(found[0][2]),
              std::log(logged("perplexity_0")) + 4 * std::log(logged("perplexity_1")), 1e-3);
  EXPECT_EQ(found[0][3] + found[1][2], "");
  EXPECT_NEAR(csv_number<double>(found[1][3]), logged("code_nats_0") + 4 * logged("code_nats_1"),
              1e-3);
}

TEST_F(CodeFigures, TwoPartsAreScoredSideBySide) {
  train("vq-vae -o run --steps 4");
  const auto score = run("score run --beside train -T 1");
  ASSERT_EQ(score.exit_code, 0) << score.err;
  EXPECT_EQ(score.out.find("vq-vae, 10 pictures (test)\n"), 0u);
  EXPECT_NE(score.out.find("\n36 pictures (train)\n"), std::string::npos);
  const auto differences = score.out.substr(score.out.find("the first less the second\n"));
  EXPECT_NE(differences.find("\ncode_nll_0: "), std::string::npos) << differences;
  EXPECT_NE(differences.find("more than chance"), std::string::npos);
  const auto itself = run("score run --beside test -T 1").out;
  EXPECT_NE(itself.find("\nmse: +0.0000 squared error"), std::string::npos) << itself;
  EXPECT_EQ(itself.find("; more than chance"), std::string::npos) << itself;
}

TEST_F(CodeFigures, AClassifierIsTrainedOnRealPicturesReconstructionsAndDraws) {
  train("vq-vae -o run --steps 4 --classes 10");
  const auto score = run("score run --classifier --classifier-steps 20 --classifier-seeds 2 -T 1");
  ASSERT_EQ(score.exit_code, 0) << score.err;
  const auto found = rows("run/classifier/accuracy.csv");
  ASSERT_EQ(found.size(), 10u);
  for (const auto& row : found) EXPECT_LE(csv_number<double>(row[3]), csv_number<double>(row[4]));
  for (const char* set : {"real", "reconstructions", "samples", "real_judging_reconstructions",
                          "real_judging_samples"})
    EXPECT_NE(score.out.find(std::string(set) + "_top_1: "), std::string::npos) << score.out;
  ASSERT_EQ(run("train vae --data data -o other --steps 1 -T 1").exit_code, 0);
  const auto refused = run("score other --classifier -T 1");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--classes"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace vqcodec::tools
