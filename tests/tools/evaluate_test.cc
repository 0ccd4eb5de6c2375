// `vqcodec evaluate`, run as a program.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "codec/evaluation.h"
#include "codec/image_io.h"
#include "codec/metrics.h"
#include "tests/codec/csv.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

using codec::number;

class Evaluate : public ::testing::Test {
 protected:
  Evaluate() {
    sandbox.write_picture("a.png", 192, 176);
    sandbox.write_picture("b.png", 176, 192);
  }

  std::string table(const std::string& arguments) const {
    const auto outcome = sandbox.run("vqcodec evaluate " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }

  std::string notice(const std::string& arguments) const {
    return sandbox.run("vqcodec evaluate " + arguments).err;
  }

  std::vector<codec::CsvRow> points() const {
    return codec::read_csv(sandbox.path("r/points.csv"));
  }

  std::string text(const std::string& name) const {
    const auto bytes = sandbox.read(name);
    return {bytes.begin(), bytes.end()};
  }

  void write_text(const std::string& name, const std::string& content) const {
    sandbox.write(name, {content.begin(), content.end()});
  }

  Sandbox sandbox;
};

codec::MeanCurve curve_of(const nlohmann::json& json) {
  codec::MeanCurve curve;
  for (const auto& point : json["points"])
    curve.points.push_back({.rate_bpp = point["bpp"], .psnr_db = point["psnr_rgb_db"]});
  return curve;
}

TEST_F(Evaluate, APointIsWhatCompressDecompressAndCompareSay) {
  table("a.png --qualities 2 --against none -o r");
  ASSERT_EQ(sandbox.run("vqcodec compress a.png -q 2; vqcodec decompress a.vqc -o c.png").exit_code,
            0);
  const auto original = codec::read_image(sandbox.read("a.png"));
  const auto restored = codec::read_image(sandbox.read("c.png"));
  const auto rows = points();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].at("codec"), "vqcodec");
  EXPECT_EQ(rows[0].at("picture"), "a.png");
  EXPECT_EQ(number(rows[0], "size_bytes"), static_cast<double>(sandbox.read("a.vqc").size()));
  EXPECT_EQ(number(rows[0], "bpp"), codec::bits_per_pixel(sandbox.read("a.vqc").size(), original));
  EXPECT_EQ(number(rows[0], "psnr_rgb_db"), codec::psnr_rgb_db(original, restored));
  EXPECT_EQ(number(rows[0], "ms_ssim"), *codec::ms_ssim(original, restored));
}

TEST_F(Evaluate, TheSummaryHoldsMeansOverThePicturesAndBdRates) {
  const auto printed = table("a.png b.png --qualities 1-3 --against jpeg -o r");
  const auto summary = nlohmann::json::parse(text("r/summary.json"));
  EXPECT_EQ(summary["pictures"], 2);
  ASSERT_EQ(summary["curves"].size(), 2u);
  EXPECT_EQ(summary["curves"][0]["codec"], "vqcodec");
  EXPECT_EQ(summary["curves"][1]["codec"], "jpeg");
  double psnr_db = 0, rate_bpp = 0;
  for (const auto& row : points()) {
    if (row.at("codec") != "vqcodec" || row.at("setting") != "3") continue;
    psnr_db += number(row, "psnr_rgb_db") / 2;
    rate_bpp += number(row, "bpp") / 2;
  }
  const auto& best = summary["curves"][0]["points"][2];
  EXPECT_EQ(best["setting"], 3);
  EXPECT_NEAR(best["psnr_rgb_db"], psnr_db, 1e-9);
  EXPECT_NEAR(best["bpp"], rate_bpp, 1e-9);
  ASSERT_EQ(summary["bd_rates"].size(), 2u);  // PSNR and MS-SSIM
  EXPECT_EQ(summary["bd_rates"][0]["against"], "jpeg");
  const auto& measure = codec::kQualityMeasures[0];
  const auto ours = curve_of(summary["curves"][0]), jpeg = curve_of(summary["curves"][1]);
  const auto full = codec::compare_curves(jpeg, ours, measure, std::nullopt);
  const auto usual = codec::compare_curves(jpeg, ours, measure, measure.usual_range);
  ASSERT_TRUE(full.percent) << full.problem;
  ASSERT_TRUE(usual.percent) << usual.problem;
  EXPECT_NEAR(summary["bd_rates"][0]["full_overlap"]["percent"], *full.percent, 1e-9);
  EXPECT_NEAR(summary["bd_rates"][0]["usual_range"]["percent"], *usual.percent, 1e-9);
  EXPECT_NE(printed.find("psnr BD-rate against jpeg"), std::string::npos) << printed;
  EXPECT_NE(printed.find("27 to 36 dB"), std::string::npos) << printed;
}

TEST_F(Evaluate, KnownPointsAreNotMeasuredAgain) {
  const auto first = table("a.png --qualities 1,2 --against none -o r");
  const auto before = text("r/points.csv");
  EXPECT_EQ(table("a.png --qualities 1,2 --against none -o r"), first);  // the seconds as well
  EXPECT_EQ(text("r/points.csv"), before);
  EXPECT_EQ(notice("a.png b.png --qualities 1-3 --against none -o r"),
            "2 pictures: 4 points measured, 2 known before\n");
}

TEST_F(Evaluate, ARowThatAKilledRunCutIsMeasuredAgain) {
  table("a.png --qualities 1,2 --against none -o r");
  const auto whole = text("r/points.csv");
  write_text("r/points.csv", whole.substr(0, whole.size() - 5));
  EXPECT_EQ(notice("a.png --qualities 1,2 --against none -o r"),
            "1 pictures: 1 points measured, 1 known before\n");
  EXPECT_EQ(points().size(), 2u);
  EXPECT_EQ(notice("a.png --qualities 1,2 --against none -o r"),
            "1 pictures: 0 points measured, 2 known before\n");
}

TEST_F(Evaluate, OtherPixelsUnderTheNameOrAnotherModelAreMeasured) {
  table("a.png --qualities 1 --against none -o r");
  sandbox.write_picture("a.png", 200, 176);
  EXPECT_EQ(notice("a.png --qualities 1 --against none -o r"),
            "1 pictures: 1 points measured, 0 known before\n");
  auto rows = text("r/points.csv");
  const auto model = points()[0].at("model");
  ASSERT_EQ(model.size(), 16u);
  for (std::size_t at = 0; (at = rows.find(model, at)) != std::string::npos;)
    rows.replace(at, model.size(), std::string(model.size(), '0'));
  write_text("r/points.csv", rows);
  EXPECT_EQ(notice("a.png --qualities 1 --against none -o r"),
            "1 pictures: 1 points measured, 0 known before\n");
}

TEST_F(Evaluate, MsSsimIsAddedWhereItWasNotMeasured) {
  table("a.png --qualities 1 --against none --metrics psnr -o r");
  EXPECT_EQ(points()[0].at("ms_ssim"), "");
  table("a.png --qualities 1 --against none -o r");
  ASSERT_EQ(points().size(), 2u);
  EXPECT_NE(points()[1].at("ms_ssim"), "");
  sandbox.write_picture("small.png", 64, 48);  // too small for MS-SSIM: has none to add
  table("small.png --qualities 1 --against none -o r");
  EXPECT_EQ(notice("small.png --qualities 1 --against none -o r"),
            "1 pictures: 0 points measured, 1 known before\n");
}

TEST_F(Evaluate, FoldersGiveTheirPicturesAndNamesWithCommasComeBack) {
  sandbox.write_picture("album/one, \"two\".png");
  sandbox.write_image("album/deep/grey.png", test_picture(64, 48, 1));
  table("album --qualities 1 --against none -o r");
  EXPECT_EQ(notice("album --qualities 1 --against none -o r"),
            "2 pictures: 0 points measured, 2 known before\n");
}

TEST_F(Evaluate, AlphaAndMetadataDoNotCount) {
  auto picture = test_picture(64, 48);
  sandbox.write_image("plain.png", picture);
  picture.alpha.assign(picture.area(), 7);
  picture.metadata.push_back({.type = "tEXt", .bytes = {'a', 0, 'b'}});
  sandbox.write_image("more.png", picture);
  table("plain.png more.png --qualities 1 --against none -o r");
  ASSERT_EQ(points().size(), 2u);
  EXPECT_EQ(points()[0].at("size_bytes"), points()[1].at("size_bytes"));
}

TEST_F(Evaluate, ADamagedPictureIsNamedAndEndsTheRunButNotItsPoints) {
  sandbox.write("z.png", {1, 2, 3});
  const auto outcome =
      sandbox.run("vqcodec evaluate a.png z.png --qualities 1 --against none -o r");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err.find("vqcodec: z.png: "), 0u) << outcome.err;
  EXPECT_EQ(points().size(), 1u);
}

TEST_F(Evaluate, WrongListsAndFilesOfOthersAreRefused) {
  for (const char* options :
       {"--qualities 9", "--qualities 0-2", "--qualities 1,,2", "--qualities 1-x",
        "--qualities 3-2", "--metrics vmaf", "nothing.png,"})
    EXPECT_NE(sandbox.run(std::string("vqcodec evaluate a.png ") + options).exit_code, 0)
        << options;
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png --qualities 9").exit_code, 2);
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png --against bmp").exit_code, 4);
  write_text("r/points.csv", "my,own,table\n");
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png -o r").exit_code, 3);
  EXPECT_EQ(text("r/points.csv"), "my,own,table\n");
}

}  // namespace
}  // namespace vqcodec::tools
