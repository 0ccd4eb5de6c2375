// `figures` with the real networks: what is drawn is what the tables say, and always the same.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "codec/image_io.h"
#include "tests/tools/sandbox.h"
#include "tests/tools/small_set.h"
#include "tools/evaluate/csv.h"

namespace vqcodec::tools {
namespace {

class Figures : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    for (const char* folder : {"mnist", "binarized-mnist"}) {
      write_small_set(sandbox_, std::string("data/") + folder, "train", 40);
      write_small_set(sandbox_, std::string("data/") + folder, "t10k", 10);
    }
  }
  Outcome run(const std::string& line) const { return sandbox_.run(kRealProgram + line); }
  void reproduce(const std::string& recipe, int steps = 2) const {
    const auto made = run("reproduce " + recipe + " --data data -T 1 -o made --most 4 --steps " +
                          std::to_string(steps));
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  void draw(const std::string& words) const {
    const auto drawn = run("figures --from made -T 1 " + words);
    ASSERT_EQ(drawn.exit_code, 0) << drawn.err;
  }

  // Rows below the header, as numbers; empty fields as NaN.
  std::vector<std::vector<double>> numbers(const std::string& name) const {
    const auto bytes = sandbox_.read(name);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    std::vector<std::vector<double>> rows;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      rows.emplace_back();
      for (const auto& field : csv_fields(line))
        rows.back().push_back(field.empty() ? std::nan("") : csv_number<double>(field));
    }
    return rows;
  }

  Sandbox sandbox_;
};

// A cell of a grid of 4x4 pictures with one pixel between, as levels 0..1.
std::vector<double> cell(const codec::Image& image, int row, int column) {
  std::vector<double> levels;
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x) {
      const int place = (row * 5 + y) * image.width + column * 5 + x;
      levels.push_back(image.pixels[static_cast<std::size_t>(place)] / 255.0);
    }
  return levels;
}

double mean(const std::vector<double>& levels) {
  double sum = 0;
  for (const double level : levels) sum += level;
  return sum / static_cast<double>(levels.size());
}

TEST_F(Figures, ThePlaneShowsTheLatentsThatItsTableNames) {
  reproduce("vae-plane");
  draw("vae-plane -o figures");
  const auto rows = numbers("figures/vae-plane.csv");
  const auto image = codec::read_image(sandbox_.read("figures/vae-plane.png"));
  ASSERT_EQ(rows.size(), 400u);
  EXPECT_NEAR(rows[0][2], -1.959964, 1e-5);  // the 1/40 quantile to the left, the 39/40 on top
  EXPECT_NEAR(rows[0][3], 1.959964, 1e-5);
  for (const auto& row : rows)
    EXPECT_NEAR(row[4],
                mean(cell(image, static_cast<int>(row[0]) - 1, static_cast<int>(row[1]) - 1)),
                0.5 / 255);
}

TEST_F(Figures, DistancesAreThoseOfThePicturesDrawn) {
  reproduce("rbm-500");
  draw("rbm-nearest -o figures");
  const auto rows = numbers("figures/rbm-nearest.csv");
  const auto image = codec::read_image(sandbox_.read("figures/rbm-nearest.png"));
  ASSERT_EQ(rows.size(), 48u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int row = static_cast<int>(i) / 12, column = static_cast<int>(i) % 12;
    const auto drawn = cell(image, 2 * row, column), nearest = cell(image, 2 * row + 1, column);
    double squared = 0;
    for (std::size_t p = 0; p < drawn.size(); ++p) squared += std::pow(drawn[p] - nearest[p], 2);
    EXPECT_DOUBLE_EQ(squared, rows[i][2]);  // binary pixels
  }
}

// The units of a group are written once; those of another row or chain are others, in the first
// half too, which the second is drawn from.
TEST_F(Figures, ChainsOfTheDiscreteVaeMoveFromRowToRow) {
  const auto made =
      run("train discrete-vae --data data/mnist -o made/short/discrete-vae --steps 2 "
          "-T 1 --hidden 8 --latents 4");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  draw("discrete-vae-gibbs -o figures");
  const auto bytes = sandbox_.read("figures/discrete-vae-gibbs.csv");
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::set<std::string> states;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const auto units = csv_fields(line).at(2);
    states.insert(units.substr(0, units.size() / 2));
  }
  EXPECT_EQ(states.size(), 40u);
  const auto image = codec::read_image(sandbox_.read("figures/discrete-vae-gibbs.png"));
  EXPECT_EQ(image.width, 20 * 5 - 1);
  EXPECT_EQ(image.height, 10 * 5 - 1);
}

TEST_F(Figures, TheCurveIsThatOfTheLogAndTheTableThatOfTheResults) {
  reproduce("vae-static", 2000);
  draw("all -o figures");
  const auto rows = numbers("figures/vae-static-overfitting.csv");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], 2000);
  EXPECT_GT(rows[0][1], 0);  // pictures trained on, and others
  EXPECT_GT(rows[0][2], 0);
  EXPECT_NE(rows[0][1], rows[0][2]);
  const auto text_of = [&](const char* name) {
    const auto bytes = sandbox_.read(name);
    return std::string(bytes.begin(), bytes.end());
  };
  const auto results = text_of("made/results.csv"), table = text_of("figures/likelihoods.csv");
  const auto line = results.substr(results.find('\n') + 1);
  const auto value = csv_fields(line.substr(0, line.find('\n'))).at(3);
  EXPECT_NE(table.find("," + value + ","), std::string::npos) << table;
  if (std::system("command -v gnuplot >/dev/null") == 0) {
    EXPECT_GT(codec::read_image(sandbox_.read("figures/vae-static-overfitting.png")).width, 1000);
    EXPECT_TRUE(sandbox_.has("figures/vae-static-overfitting.svg"));
  }
  // Drawn again, all are the same to the byte.
  draw("all -o again");
  for (const auto& file : sandbox_.files())
    if (file.starts_with("figures/")) {
      EXPECT_EQ(sandbox_.read(file), sandbox_.read("again/" + file.substr(8))) << file;
    }
}

// A checkpoint that stays as it is. Processors round differently: a level may be one off.
TEST_F(Figures, AKnownCheckpointGivesTheKnownFigure) {
  const std::filesystem::path golden = std::filesystem::path(VQCODEC_TESTDATA_DIR) / "figures";
  std::filesystem::copy(golden, sandbox_.path("golden"), std::filesystem::copy_options::recursive);
  const auto drawn = run("figures vae-plane --from golden -o figures -T 1");
  ASSERT_EQ(drawn.exit_code, 0) << drawn.err;
  const auto expected = numbers("golden/vae-plane.csv"), found = numbers("figures/vae-plane.csv");
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < found[i].size(); ++j)
      EXPECT_NEAR(found[i][j], expected[i][j], 1e-4);
  const auto known = codec::read_image(sandbox_.read("golden/vae-plane.png"));
  const auto image = codec::read_image(sandbox_.read("figures/vae-plane.png"));
  ASSERT_EQ(image.pixels.size(), known.pixels.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    EXPECT_NEAR(image.pixels[i], known.pixels[i], 1);
}

// Six points as a results.csv tells them, and no others.
TEST_F(Figures, TheTradeOffIsThatOfTheResults) {
  std::string text =
      "issue,item,metric,value,standard_error,unit,limit,seed,estimator,seconds,command,commit,"
      "date,machine\n";
  int i = 0;
  for (const std::string beta : {"0.1", "0.3", "1", "2", "4", "10"}) {
    ++i;
    for (const auto& [figure, value] : {std::pair{"rate", 40 - i}, std::pair{"distortion", 60 + i},
                                        std::pair{"active latents", 20 - i}})
      text += "12,row 3,\"" + std::string(figure) + " of the beta-VAE, beta = " + beta +
              ", dynamic MNIST, test\"," + std::to_string(value) + ",,,,1,,,,,,\n";
  }
  sandbox_.write("made/results.csv", {text.begin(), text.end()});
  draw("beta-trade-off -o figures");
  const auto bytes = sandbox_.read("figures/beta-trade-off.csv");
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()),
            "recipe,rate,distortion,active_units\nbeta-0.1,39,61,19\nbeta-0.3,38,62,18\n"
            "beta-1,37,63,17\nbeta-2,36,64,16\nbeta-4,35,65,15\nbeta-10,34,66,14\n");
}

TEST_F(Figures, WhatIsMissingIsNamed) {
  struct Case {
    const char* line;
    int exit_code;
    const char* says;
  };
  for (const auto& [line, exit_code, says] :
       {Case{"vae-plane", 5, "is no run of `train`"},
        Case{"likelihoods", 5, "make them with `vqcodec reproduce all`"},
        Case{"moon", 2, "see figures --list"}, Case{"", 2, "see figures --list"}}) {
    const auto outcome = run("figures --from absent -T 1 " + std::string(line));
    EXPECT_EQ(outcome.exit_code, exit_code) << line << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(says), std::string::npos) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << line << ": " << outcome.err;
  }
}

}  // namespace
}  // namespace vqcodec::tools
