// `vqcodec evaluate` in a folder that holds points already.
#include "tests/tools/evaluation_sandbox.h"

namespace vqcodec::tools {
namespace {

using EvaluateAgain = EvaluationTest;

TEST_F(EvaluateAgain, KnownPointsAreNotMeasuredAgain) {
  const auto first = table("a.png --qualities 1,2 --against none -o r");
  const auto before = text("r/points.csv");
  EXPECT_EQ(table("a.png --qualities 1,2 --against none -o r"), first);  // the seconds as well
  EXPECT_EQ(text("r/points.csv"), before);
  EXPECT_EQ(notice("a.png b.png --qualities 1-3 --against none -o r"),
            "2 pictures: 4 points measured, 2 known before\n");
}

TEST_F(EvaluateAgain, ARowThatAKilledRunCutIsMeasuredAgain) {
  table("a.png --qualities 1,2 --against none -o r");
  const auto whole = text("r/points.csv");
  write_text("r/points.csv", whole.substr(0, whole.size() - 5));
  EXPECT_EQ(notice("a.png --qualities 1,2 --against none -o r"),
            "1 pictures: 1 points measured, 1 known before\n");
  EXPECT_EQ(points().size(), 2u);
  EXPECT_EQ(notice("a.png --qualities 1,2 --against none -o r"),
            "1 pictures: 0 points measured, 2 known before\n");
}

TEST_F(EvaluateAgain, OtherPixelsUnderTheNameAreMeasured) {
  table("a.png --qualities 1 --against none -o r");
  sandbox.write_picture("a.png", 200, 176);
  EXPECT_EQ(notice("a.png --qualities 1 --against none -o r"),
            "1 pictures: 1 points measured, 0 known before\n");
}

TEST_F(EvaluateAgain, PointsOfAnotherRunAreKeptOrForgottenOnlyWhereItIsSaid) {
  table("a.png b.png --qualities 1,2 --against none -o r");
  const auto before = text("r/points.csv");
  for (const char* other : {"a.png --qualities 1,2 --against none -o r",
                            "a.png b.png --qualities 1,3 --against none -o r",
                            "a.png b.png --qualities none --against jpeg -o r"}) {
    const auto outcome = sandbox.run(std::string("vqcodec evaluate ") + other);
    EXPECT_EQ(outcome.exit_code, 2) << other;
    EXPECT_NE(outcome.err.find("r/points.csv: line "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("--resume"), std::string::npos) << outcome.err;
    EXPECT_EQ(text("r/points.csv"), before);
  }
  EXPECT_EQ(notice("b.png --qualities 2,3 --against none -o r --resume"),
            "1 pictures: 1 points measured, 1 known before\n");
  EXPECT_EQ(points().size(), 5u);
  EXPECT_EQ(notice("b.png --qualities 2,3 --against none -o r -f"),
            "1 pictures: 2 points measured, 0 known before\n");
  EXPECT_EQ(points().size(), 2u);
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png -o r -f --resume").exit_code, 2);
}

// Our networks' floats depend on the number of threads, and with them files and seconds.
TEST_F(EvaluateAgain, PointsWithOtherThreadsAreOfAnotherRun) {
  table("a.png --qualities 1 --against none -T 1 -o r");
  const auto outcome = sandbox.run("vqcodec evaluate a.png --qualities 1 --against none -T 2 -o r");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.err.find("with -T 1"), std::string::npos) << outcome.err;
}

TEST_F(EvaluateAgain, AReportInsideTheAlbumIsNoPictureOfIt) {
  sandbox.run("mkdir album && mv a.png album");
  const std::string line = "album --qualities 1,2 --against jpeg -o album/r";
  table(line);
  ASSERT_TRUE(sandbox.has("album/r/psnr.png"));
  EXPECT_EQ(notice(line), "1 pictures: 0 points measured, 10 known before\n");
}

TEST_F(EvaluateAgain, StartingAnewLeavesNothingOfTheOldRun) {
  table("a.png --qualities 1,2 --against jpeg --decompose -o r");
  table("a.png --qualities 1,2 --against jpeg --metrics psnr -o r -f");
  EXPECT_TRUE(sandbox.has("r/report.html"));
  for (const char* old : {"r/ms-ssim.svg", "r/decomposition.json", "r/decomposition.jsonl"})
    EXPECT_FALSE(sandbox.has(old)) << old;
}

TEST_F(EvaluateAgain, PointsOfAnotherModelAreOfAnotherRun) {
  table("a.png --qualities 1 --against none -o r");
  auto rows = text("r/points.csv");
  const auto model = points()[0].at("model");
  ASSERT_EQ(model.size(), 16u);
  for (std::size_t at = 0; (at = rows.find(model, at)) != std::string::npos;)
    rows.replace(at, model.size(), std::string(model.size(), '0'));
  write_text("r/points.csv", rows);
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png --qualities 1 --against none -o r").exit_code, 2);
  EXPECT_EQ(notice("a.png --qualities 1 --against none -o r --resume"),
            "1 pictures: 1 points measured, 0 known before\n");
}

TEST_F(EvaluateAgain, MetricsAreAddedWhereTheyWereNotMeasured) {
  table("a.png --qualities 1 --against none --metrics psnr -o r");
  EXPECT_EQ(points()[0].at("ms_ssim"), "");
  table("a.png --qualities 1 --against none -o r");
  ASSERT_EQ(points().size(), 2u);
  EXPECT_NE(points()[1].at("ms_ssim"), "");
  EXPECT_EQ(points()[1].at("ssim"), "");
  table("a.png --qualities 1 --against none --metrics psnr,ssim -o r");
  ASSERT_EQ(points().size(), 3u);
  EXPECT_NE(points()[2].at("ssim"), "");
  EXPECT_EQ(points()[2].at("ms_ssim"), points()[1].at("ms_ssim"));  // and none is lost
  sandbox.write_picture("small.png", 64, 48);  // too small for MS-SSIM: has none to add
  table("small.png --qualities 1 --against none -o r -f");
  EXPECT_EQ(notice("small.png --qualities 1 --against none -o r"),
            "1 pictures: 0 points measured, 1 known before\n");
}

TEST_F(EvaluateAgain, FoldersGiveTheirPicturesAndNamesWithCommasComeBack) {
  sandbox.write_picture("album/one, \"two\".png");
  sandbox.write_image("album/deep/grey.png", test_picture(64, 48, 1));
  table("album --qualities 1 --against none -o r");
  EXPECT_EQ(notice("album --qualities 1 --against none -o r"),
            "2 pictures: 0 points measured, 2 known before\n");
}

}  // namespace
}  // namespace vqcodec::tools
