// What `vqcodec evaluate -o` leaves to look at, run as a program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

class Report : public ::testing::Test {
 protected:
  Report() {
    sandbox.write_picture("a.png", 192, 176);
    sandbox.write_picture("<b>.png", 176, 192);
    const std::string table =
        "codec,tuning,bpp,psnr_rgb_db,ms_ssim_db,source\n"
        "MLIC++,mse,0.01,10,,s\nMLIC++,mse,1,20,,s\nMLIC++,mse,9,60,,s\n"
        "other,-,0.1,30,5,s\n";
    sandbox.write("anchors.csv", {table.begin(), table.end()});
  }

  Outcome evaluate(const std::string& arguments) const {
    return sandbox.run("vqcodec evaluate a.png '<b>.png' --qualities 1-3 " + arguments);
  }

  std::string text(const std::string& name) const {
    const auto bytes = sandbox.read(name);
    return {bytes.begin(), bytes.end()};
  }

  Sandbox sandbox;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_F(Report, ShowsEachPictureAsOriginalOursAndTheOthers) {
  ASSERT_EQ(evaluate("--against jpeg -o r").exit_code, 0);
  const auto page = text("r/report.html");
  EXPECT_EQ(count(page, "<article"), 2u);
  for (const char* codec : {"original", "vqcodec", "jpeg"})
    EXPECT_EQ(count(page, "data-codec=\"" + std::string(codec) + "\""), 2u) << codec;
  EXPECT_NE(page.find("&lt;b&gt;.png"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos);
}

TEST_F(Report, ShowsAsManyPicturesAsAskedFor) {
  ASSERT_EQ(evaluate("--against jpeg -o r --report-pictures 1 --report-crop 64").exit_code, 0);
  const auto page = text("r/report.html");
  EXPECT_EQ(count(page, "<article"), 1u);
  EXPECT_NE(page.find("the middle 64 x 64 shown"), std::string::npos);
}

TEST_F(Report, PublishedCurvesAreDrawnAndComparedWith) {
  const auto outcome = evaluate("--against none -o r --anchors anchors.csv");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto summary = nlohmann::json::parse(text("r/summary.json"));
  const auto& comparison = summary["comparisons"][0];
  EXPECT_EQ(comparison["against"], "MLIC++ [mse]");
  EXPECT_TRUE(comparison["full_overlap"]["bd_rate"]["percent"].is_number());
  EXPECT_NE(text("r/report.html").find("MLIC++ [mse]"), std::string::npos);
  if (sandbox.run("command -v gnuplot").exit_code == 0) {
    EXPECT_NE(text("r/psnr.svg").find("MLIC++ [mse]"), std::string::npos);
  }
}

TEST_F(Report, WithoutGnuplotTheRestIsThere) {
  ASSERT_EQ(
      sandbox.run("mkdir bin; for name in sh; do ln -s $(command -v $name) bin; done").exit_code,
      0);
  const auto outcome = sandbox.run(
      "vqcodec=$(command -v vqcodec); PATH=$PWD/bin; $vqcodec evaluate a.png "
      "--qualities 1 --against jpeg -o r");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.err.find("found no gnuplot"), std::string::npos) << outcome.err;
  EXPECT_TRUE(sandbox.has("r/report.html"));
  EXPECT_FALSE(sandbox.has("r/psnr.svg"));
}

TEST_F(Report, TheSamePointsGiveTheSamePage) {
  ASSERT_EQ(evaluate("--against jpeg -o r").exit_code, 0);
  const auto page = text("r/report.html");
  ASSERT_EQ(evaluate("--against jpeg -o r").exit_code, 0);
  EXPECT_EQ(text("r/report.html"), page);
}

TEST_F(Report, WrongOptionsAreRefusedBeforeAnythingIsMeasured) {
  for (const char* options :
       {"--beside vqcodec", "--beside bmp", "--report-quality 4", "--anchors none.csv",
        "--anchors a.png", "--anchors anchors.csv --anchor-codecs nobody",
        "--anchor-codecs MLIC++"}) {
    const auto outcome = evaluate(std::string("--against jpeg -o r ") + options);
    EXPECT_NE(outcome.exit_code, 0) << options;
    EXPECT_EQ(count(outcome.err, "\n"), 1u) << outcome.err;
    EXPECT_FALSE(sandbox.has("r/points.csv")) << options;
  }
}

}  // namespace
}  // namespace vqcodec::tools
