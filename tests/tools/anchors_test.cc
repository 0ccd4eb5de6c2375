#include "tools/evaluate/anchors.h"

#include <gtest/gtest.h>

#include "codec/metrics.h"
#include "entropy/error.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

constexpr const char* kHeader = "codec,tuning,bpp,psnr_rgb_db,ms_ssim,ms_ssim_db,source\n";

class Anchors : public ::testing::Test {
 protected:
  std::vector<PublishedCurve> read(const std::string& text) const {
    sandbox.write("a.csv", {text.begin(), text.end()});
    return read_anchors(sandbox.path("a.csv").string());
  }

  // What the error says after the file's name.
  std::string problem(const std::string& text) const {
    try {
      read(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
      const std::string message = error.what();
      return message.substr(message.find("a.csv: ") + 7);
    }
    return "none";
  }

  Sandbox sandbox;
};

TEST_F(Anchors, RowsOfOneCodecAndTuningAreACurveByRisingRate) {
  const auto curves = read(std::string(kHeader) +
                           "BPG,-,0.5,33,0.97,15.5,a:b\n"
                           "\"net, 2018\",mse,0.1,27,,,c\r\n"
                           "BPG,-,0.25,30,0.95,13,a:b\n"
                           "\"net, 2018\",ms-ssim,0.1,,,14,c\n");
  ASSERT_EQ(curves.size(), 3u);
  const auto& [by_psnr, by_ms_ssim] = curves[0].by_measure;
  ASSERT_EQ(by_psnr.points.size(), 2u);
  EXPECT_EQ(by_psnr.points[0].rate_bpp, 0.25);
  EXPECT_EQ(by_psnr.points[0].psnr_db, 30);
  EXPECT_NEAR(codec::ms_ssim_db(*by_ms_ssim.points[1].ms_ssim), 15.5, 1e-9);
  EXPECT_EQ(by_psnr.codec, "BPG");
  EXPECT_EQ(curves[1].by_measure[0].codec, "net, 2018 [mse]");
  EXPECT_EQ(curves[1].by_measure[0].points.size(), 1u);
  EXPECT_EQ(curves[1].source, "c");                     // Without the carriage return.
  EXPECT_TRUE(curves[1].by_measure[1].points.empty());  // Not published.
  EXPECT_TRUE(curves[2].by_measure[0].points.empty());
  EXPECT_EQ(curves[2].by_measure[1].points.size(), 1u);
}

TEST_F(Anchors, ColumnsAreFoundByName) {
  const auto curves =
      read("source,bpp,note,codec,ms_ssim_db,psnr_rgb_db,tuning\ns,1,x,c,20,40,-\n");
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].codec, "c");
  EXPECT_EQ(curves[0].source, "s");
  EXPECT_EQ(curves[0].by_measure[0].points[0].psnr_db, 40);
}

TEST_F(Anchors, ABadRowIsNamedByItsLine) {
  const auto row = [&](const std::string& text) {
    return problem(kHeader + std::string("BPG,-,0.5,33,0.97,15.5,a\n") + text + "\n");
  };
  EXPECT_EQ(row("BPG,-,0.5,33"), "line 3: found 4 fields, expected 7");
  EXPECT_EQ(row("BPG,-,fast,33,,,a"), "line 3: found \"fast\", expected a number");
  EXPECT_EQ(row("BPG,-,-0.5,33,,,a"), "line 3: bpp: found -0.5, expected a positive number");
  EXPECT_EQ(row("BPG,-,inf,33,,,a"), "line 3: bpp: found inf, expected a positive number");
  EXPECT_EQ(row("BPG,-,1,nan,,,a"), "line 3: found \"nan\", expected a number");
  EXPECT_EQ(row(",-,1,30,,,a"), "line 3: found no codec, expected its name");
}

TEST_F(Anchors, ATableOfSomethingElseIsRefused) {
  EXPECT_EQ(problem("my,own,table\n"),
            "line 1: found no column codec, expected codec, tuning, bpp, psnr_rgb_db, ms_ssim_db "
            "and source");
  EXPECT_EQ(problem(""), "found no curves, expected rows of published points");
  EXPECT_EQ(problem(kHeader), "found no curves, expected rows of published points");
  EXPECT_THROW(read_anchors(sandbox.path("absent.csv").string()), Error);
}

TEST_F(Anchors, AreChosenByCodecAndTuning) {
  const auto all = read(std::string(kHeader) +
                        "MLIC++,mse,0.5,33,,,a\n"
                        "own,mse,0.5,33,,,a\n"
                        "own,ms-ssim,0.5,33,,,a\n"
                        "VTM-9.1-444,-,0.5,33,,,a\n");
  const auto names = [&](const std::string& list) {
    std::vector<std::string> chosen;
    for (const auto& curve : chosen_anchors(all, list)) chosen.push_back(curve.by_measure[0].codec);
    return chosen;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("own"), (Names{"own [mse]", "own [ms-ssim]"}));
  EXPECT_EQ(names("own:ms-ssim,MLIC++"), (Names{"own [ms-ssim]", "MLIC++ [mse]"}));
  EXPECT_EQ(names("all").size(), 4u);
  EXPECT_EQ(names(""), (Names{"MLIC++ [mse]", "VTM-9.1-444"}));  // The well-known ones.
  EXPECT_THROW(names("own:fast"), Error);
  EXPECT_THROW(names("own,"), Error);
}

}  // namespace
}  // namespace vqcodec::tools
