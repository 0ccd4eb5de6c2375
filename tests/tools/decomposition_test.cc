// `vqcodec evaluate --decompose`, run as a program, and what it is made of.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "entropy/error.h"
#include "tests/tools/sandbox.h"
#include "tools/evaluate/decomposition_tables.h"
#include "tools/evaluate/side_comparison.h"
#include "tools/evaluate/table_text.h"

namespace vqcodec::tools {
namespace {

using nlohmann::json;

class Decompose : public ::testing::Test {
 protected:
  Decompose() {
    sandbox.write_picture("a.png", 192, 176);
    sandbox.write_picture("b.png", 96, 128);
  }

  json decomposition(const std::string& arguments) const {
    const auto outcome = sandbox.run("vqcodec evaluate --against none -o r " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(text("r/decomposition.json"));
  }

  std::string text(const std::string& name) const {
    const auto bytes = sandbox.read(name);
    return {bytes.begin(), bytes.end()};
  }

  Sandbox sandbox;
};

double sum_of(const json& entries, const char* field) {
  double sum = 0;
  for (const auto& entry : entries) sum += entry[field].get<double>();
  return sum;
}

TEST_F(Decompose, ATrainPictureThatCannotBeReadIsNamedAndLeftOut) {
  sandbox.write("bad.png", {'n', 'o', 'n', 'e'});
  const auto outcome = sandbox.run(
      "vqcodec evaluate --against none -o r a.png --qualities 1 --train-side b.png bad.png");
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_NE(outcome.err.find("bad.png: "), std::string::npos) << outcome.err;
  EXPECT_TRUE(sandbox.has("r/report.html"));
  const auto models = json::parse(text("r/decomposition.json"));
  EXPECT_EQ(models[0]["qualities"][0]["train_side"]["pictures"], 1);
}

TEST_F(Decompose, LevelsAndContainerMakeTheFilesThatCompressWrites) {
  const auto models = decomposition("a.png b.png --qualities 2 --decompose");
  ASSERT_EQ(models.size(), 1u);
  EXPECT_EQ(models[0]["model_name"], "tiny");
  const auto& quality = models[0]["qualities"][0];
  EXPECT_EQ(quality["quality"], 2);
  const auto& parts = quality["evaluated"];
  EXPECT_EQ(parts["pictures"], 2);
  EXPECT_EQ(parts["pixels"], 192 * 176 + 96 * 128);
  sandbox.run("vqcodec compress -q 2 a.png b.png");
  const auto files =
      static_cast<double>(sandbox.read("a.vqc").size() + sandbox.read("b.vqc").size());
  EXPECT_EQ(parts["size_bytes"], files);
  EXPECT_EQ(sum_of(parts["levels"], "size_bytes") + parts["container_bytes"].get<double>() +
                parts["plain_cell_bytes"].get<double>(),
            files);
}

TEST_F(Decompose, GroupsAddUpToChannelSlicesAndTheseToTheLevel) {
  const auto models = decomposition("a.png --qualities 1 --decompose");
  for (const auto& level : models[0]["qualities"][0]["evaluated"]["levels"]) {
    for (const char* field : {"codes", "fixed_length_bits", "order0_bits", "prior_bits", "escapes",
                              "escape_bits", "plain_bits"}) {
      EXPECT_NEAR(sum_of(level["groups"], field), level[field].get<double>(), 1e-6) << field;
      EXPECT_NEAR(sum_of(level["channel_slices"], field), level[field].get<double>(), 1e-6)
          << field;
    }
    EXPECT_EQ(level["channel_slices"].size(), 2u);
    const double ideal = sum_of(json::array({level}), "prior_bits") +
                         level["escape_bits"].get<double>() + level["plain_bits"].get<double>();
    EXPECT_NEAR(8 * level["size_bytes"].get<double>(), ideal, 0.001 * ideal + 16);
    EXPECT_NEAR(level["nats_a_code"].get<double>(),
                (level["prior_bits"].get<double>() + level["escape_bits"].get<double>()) *
                    std::numbers::ln2 /
                    (level["codes"].get<double>() + level["escapes"].get<double>()),
                1e-9);
  }
}

TEST_F(Decompose, WithAllLevelsItIsThePointOfTheCurve) {
  const auto models = decomposition("a.png b.png --qualities 3 --decompose --metrics psnr");
  const auto point = json::parse(text("r/summary.json"))["curves"][0]["points"][0];
  const auto& quality = models[0]["qualities"][0];
  EXPECT_NEAR(quality["evaluated"]["with_levels"][2]["psnr_rgb_db"]["mean"].get<double>(),
              point["psnr_rgb_db"].get<double>(), 1e-9);
  EXPECT_NEAR(quality["figures"]["bpp"]["evaluated"]["mean"].get<double>(),
              point["bpp"].get<double>(), 1e-9);
}

TEST_F(Decompose, IsPrintedWithTheSummaryOnlyWhenAskedFor) {
  const auto without = sandbox.run("vqcodec evaluate a.png --qualities 1 --against none");
  EXPECT_EQ(without.out.find("Where the bytes go"), std::string::npos);
  const auto with = sandbox.run("vqcodec evaluate a.png --qualities 1 --against none --decompose");
  EXPECT_EQ(with.exit_code, 0) << with.err;
  EXPECT_NE(with.out.find("tiny: Where the bytes go"), std::string::npos);
  EXPECT_FALSE(sandbox.has("r"));
}

TEST_F(Decompose, TheSamePicturesOnBothSidesHaveNoGap) {
  const auto models = decomposition("a.png b.png --qualities 1,2 --train-side a.png b.png");
  for (const auto& quality : models[0]["qualities"]) {
    EXPECT_EQ(quality["train_side"], quality["evaluated"]);
    for (const auto& [name, figure] : quality["figures"].items()) {
      EXPECT_EQ(figure["gap"], 0) << name;
      EXPECT_EQ(figure["evaluated_is_worse"], false) << name;
    }
  }
}

TEST_F(Decompose, KnownPicturesAreNotMeasuredAgain) {
  const std::string arguments = "a.png b.png --qualities 1,2 --decompose";
  const auto first = decomposition(arguments);
  const auto lines = text("r/decomposition.jsonl");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
  EXPECT_EQ(decomposition(arguments), first);  // the seconds as well
  EXPECT_EQ(text("r/decomposition.jsonl"), lines);
}

TEST_F(Decompose, ALineThatAKilledRunCutIsMeasuredAgain) {
  const std::string arguments = "a.png b.png --qualities 1,2 --decompose";
  const auto whole = decomposition(arguments);
  const auto lines = text("r/decomposition.jsonl");
  const auto cut = lines.substr(0, lines.size() - 5);
  sandbox.write("r/decomposition.jsonl", {cut.begin(), cut.end()});
  const auto again = decomposition(arguments);
  EXPECT_EQ(again[0]["qualities"][0], whole[0]["qualities"][0]);
  EXPECT_EQ(again[0]["qualities"][1]["figures"], whole[0]["qualities"][1]["figures"]);
  const auto mended = text("r/decomposition.jsonl");
  EXPECT_EQ(std::count(mended.begin(), mended.end(), '\n'), 4);
  EXPECT_EQ(decomposition(arguments), again);
}

TEST_F(Decompose, ForceForgetsWhatIsKnown) {
  const std::string arguments = "a.png --qualities 1 --decompose";
  decomposition(arguments);
  sandbox.write("r/decomposition.jsonl", {'?', '\n'});
  decomposition(arguments + " --force");
  EXPECT_EQ(text("r/decomposition.jsonl").find("{\"model\":"), 0u);
}

TEST_F(Decompose, AFileOfOthersIsRefusedAndLeftAlone) {
  for (const std::string content : {"{}\n", "my notes\n", "[1]\n"}) {
    sandbox.write("r/decomposition.jsonl", {content.begin(), content.end()});
    const auto outcome =
        sandbox.run("vqcodec evaluate a.png --qualities 1 --against none --decompose -o r");
    EXPECT_EQ(outcome.exit_code, 3) << content;
    EXPECT_NE(outcome.err.find("decomposition.jsonl: line 1: "), std::string::npos) << outcome.err;
    EXPECT_EQ(text("r/decomposition.jsonl"), content);
  }
}

TEST(Spread, IsTheMeanAndTheDeviationOfTheMean) {
  const auto result = spread(std::vector<double>{1, 3, 5, 7});  // variance 20/3
  EXPECT_DOUBLE_EQ(result.mean, 4);
  EXPECT_DOUBLE_EQ(result.standard_error, std::sqrt(20.0 / 3 / 4));
  EXPECT_TRUE(std::isinf(spread(std::vector<double>{2}).standard_error));
}

SideFigure figure_with(double evaluated, double train_side, bool larger_is_worse = true) {
  return {.name = "x",
          .larger_is_worse = larger_is_worse,
          .evaluated = {.mean = evaluated, .standard_error = 3},
          .train_side = Spread{.mean = train_side, .standard_error = 4}};
}

// The error of the gap is 5.
TEST(SideFigure, AGapCountsBeyondTwoStandardErrors) {
  EXPECT_EQ(figure_with(20, 8).gap(), 12);
  EXPECT_DOUBLE_EQ(figure_with(20, 8).gap_error(), 5);
  EXPECT_TRUE(figure_with(18.5, 8).evaluated_is_worse());
  EXPECT_FALSE(figure_with(17.5, 8).evaluated_is_worse());
  EXPECT_TRUE(figure_with(8, 18.5).evaluated_is_better());
  EXPECT_FALSE(figure_with(8, 17.5).evaluated_is_better());
  EXPECT_TRUE(figure_with(8, 18.5, /*larger_is_worse=*/false).evaluated_is_worse());
  EXPECT_FALSE(figure_with(18.5, 8, /*larger_is_worse=*/false).evaluated_is_worse());
}

// A picture of one level and one group whose bits are given.
codec::PictureDecomposition picture_of(double code_bits, double mse) {
  codec::FileCounts counts{.pixels = 64, .header_bytes = 10, .side_bytes = 0, .levels = {{}}};
  counts.levels[0].size_bytes = 30;
  counts.levels[0].groups = {{.channel_slice = 0,
                              .histogram = {50, 50},
                              .escapes = 0,
                              .code_bits = code_bits,
                              .escape_bits = 0,
                              .plain_bits = 0}};
  return {.counts = counts,
          .mse = {mse},
          .compress_seconds = {{"analysis", mse}},
          .decompress_seconds = {}};
}

QualityDecomposition quality_of(std::initializer_list<double> code_bits) {
  QualityDecomposition quality;
  quality.quality = 1;
  for (const double bits : code_bits) quality.add(picture_of(bits, bits));
  return quality;
}

TEST(QualityDecomposition, FiguresAreThoseOfEachPictureAndSecondsMeans) {
  const auto quality = quality_of({100, 200, 600});
  ASSERT_EQ(quality.pictures.size(), 3u);
  EXPECT_DOUBLE_EQ(quality.pictures[1].nats_a_code[0], 200 * std::numbers::ln2 / 100);
  EXPECT_DOUBLE_EQ(quality.pictures[1].rate_bpp, 8.0 * 40 / 64);
  EXPECT_EQ(quality.counts.levels[0].groups[0].histogram[1], 150u);
  ASSERT_EQ(quality.compress_seconds.size(), 1u);
  EXPECT_NEAR(quality.compress_seconds[0].second, 300, 1e-9);
}

TEST(SideTable, SaysWhetherTheModelFitsItsOwnPicturesBetter) {
  const auto note_of = [](QualityDecomposition evaluated, QualityDecomposition train_side) {
    return side_table({.model = "m",
                       .fingerprint = "",
                       .evaluated = {std::move(evaluated)},
                       .train_side = {std::move(train_side)}})
        .note;
  };
  const auto worse = note_of(quality_of({500, 510, 505}), quality_of({100, 110, 105}));
  EXPECT_NE(worse.find("2 of 2 figures, lower in 0 of 2: over-fitting"), std::string::npos)
      << worse;
  const auto alike = note_of(quality_of({100, 500, 300}), quality_of({120, 480, 290}));
  EXPECT_NE(alike.find("0 of 2 figures, lower in 0 of 2: no sign"), std::string::npos) << alike;
}

TEST(TableText, WordsGoToTheLeftAndNumbersToTheRight) {
  EXPECT_EQ(as_text(Table{.title = "Title",
                          .note = "Note.",
                          .header = {"name", "x"},
                          .rows = {{"a", "1.5"}, {"longer", "22.25"}}}),
            "Title\n"
            "name        x\n"
            "a         1.5\n"
            "longer  22.25\n"
            "Note.\n");
}

}  // namespace
}  // namespace vqcodec::tools
