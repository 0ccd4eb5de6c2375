// `vqcodec evaluate`: what it measures, prints and writes.
#include <cmath>
#include <nlohmann/json.hpp>

#include "codec/evaluation.h"
#include "codec/image_io.h"
#include "codec/metrics.h"
#include "tests/codec/tiny_model.h"
#include "tests/tools/evaluation_sandbox.h"
#include "tools/evaluate/formatted.h"

namespace vqcodec::tools {
namespace {

using codec::number;
using Evaluate = EvaluationTest;

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
  EXPECT_EQ(number(rows[0], "psnr_luma_db"), codec::psnr_luma_db(original, restored));
  EXPECT_EQ(rows[0].at("ssim"), "");  // not asked for
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
  const auto& comparisons = summary["comparisons"];
  ASSERT_EQ(comparisons.size(), 2u);  // by PSNR and by MS-SSIM
  EXPECT_EQ(comparisons[0]["codec"], "vqcodec");
  EXPECT_EQ(comparisons[0]["against"], "jpeg");
  const auto& measure = codec::kQualityMeasures[0];
  const auto ours = curve_of(summary["curves"][0]), jpeg = curve_of(summary["curves"][1]);
  const auto full = codec::compare_curves(jpeg, ours, measure, std::nullopt);
  const auto usual = codec::compare_curves(jpeg, ours, measure, measure.usual_range);
  ASSERT_TRUE(full.percent) << full.problem;
  ASSERT_TRUE(usual.percent) << usual.problem;
  EXPECT_NEAR(comparisons[0]["full_overlap"]["bd_rate"]["percent"], *full.percent, 1e-9);
  EXPECT_NEAR(comparisons[0]["usual_range"]["bd_rate"]["percent"], *usual.percent, 1e-9);
  const auto gain = codec::compare_at_equal_rates(jpeg, ours, measure, std::nullopt);
  const auto& quality = comparisons[0]["full_overlap"]["bd_quality"];
  if (gain.db)
    EXPECT_NEAR(quality["db"], *gain.db, 1e-9);
  else  // the rates may lie apart: these networks are ten lines
    EXPECT_EQ(quality["problem"], gain.problem);
  EXPECT_NE(printed.find("vqcodec against jpeg, BD by psnr"), std::string::npos) << printed;
  EXPECT_NE(printed.find("27 to 36 dB"), std::string::npos) << printed;
  EXPECT_NE(printed.find("jpeg: libjpeg"), std::string::npos) << printed;
  EXPECT_EQ(text("r/summary.txt"), printed);
}

TEST_F(Evaluate, CurvesThatDoNotOverlapAreRefusedInAFewWords) {
  const auto printed = table("a.png --qualities 1 --against jpeg -o r");
  EXPECT_NE(printed.find("no rate: a curve has 1 points, expected 2 or more"), std::string::npos)
      << printed;
  const auto summary = nlohmann::json::parse(text("r/summary.json"));
  const auto& full = summary["comparisons"][0]["full_overlap"];
  EXPECT_TRUE(full["bd_rate"]["percent"].is_null());
  EXPECT_EQ(full["bd_rate"]["problem"], "a curve has 1 points, expected 2 or more");
  EXPECT_TRUE(full["bd_quality"]["db"].is_null());
}

TEST_F(Evaluate, SsimIsMeasuredWhereItIsAskedFor) {
  const auto printed = table("a.png --qualities 1 --against none --metrics psnr,ssim -o r");
  EXPECT_GT(number(points()[0], "ssim"), 0.1);
  EXPECT_EQ(points()[0].at("ms_ssim"), "");
  EXPECT_NE(printed.find(" ssim"), std::string::npos);
  EXPECT_NE(printed.find(formatted(" %.5f ", number(points()[0], "ssim"))), std::string::npos)
      << printed;
  EXPECT_TRUE(
      nlohmann::json::parse(text("r/summary.json"))["curves"][0]["points"][0].contains("ssim"));
}

TEST_F(Evaluate, MemoryIsThatOfTheCallAlone) {
  sandbox.write_picture("large.png", 1500, 1000);
  table("large.png --qualities 1 --against jpeg -o r --metrics psnr");
  for (const auto& row : points()) {
    if (row.at("decode_peak_bytes").empty()) GTEST_SKIP() << "the system does not count it";
    // The decoded picture is 4.5 MB; the original is there before, and so is not counted.
    EXPECT_GT(number(row, "decode_peak_bytes"), 4e6) << row.at("codec");
    EXPECT_LT(number(row, "encode_peak_bytes"), 1e9) << row.at("codec");
  }
}

TEST_F(Evaluate, SeveralModelsAreCurvesOfTheirOwn) {
  auto other = testing::tiny_model();
  other.networks.push_back(0);  // another fingerprint
  sandbox.write("other.vqm", codec::write_model(other));
  const auto printed = table(
      "a.png --model \"$VQCODEC_MODEL\" --model other.vqm --qualities 1-3 --against jpeg -o r");
  const auto summary = nlohmann::json::parse(text("r/summary.json"));
  ASSERT_EQ(summary["models"].size(), 2u);
  ASSERT_EQ(summary["curves"].size(), 3u);
  const auto first = summary["curves"][0]["codec"].get<std::string>();
  const auto second = summary["curves"][1]["codec"].get<std::string>();
  EXPECT_NE(first, second);
  EXPECT_EQ(second, "vqcodec " + other.name + " (" +
                        summary["models"][1]["fingerprint"].get<std::string>() + ")");
  std::vector<std::string> compared;
  for (const auto& comparison : summary["comparisons"])
    if (comparison["measure"] == "psnr")
      compared.push_back(comparison["codec"].get<std::string>() + " / " +
                         comparison["against"].get<std::string>());
  EXPECT_EQ(compared, (std::vector{first + " / jpeg", second + " / jpeg", second + " / " + first}));
  const auto twice = sandbox.run("vqcodec evaluate a.png --model other.vqm --model other.vqm");
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_NE(twice.err.find("a second time"), std::string::npos) << twice.err;
}

TEST_F(Evaluate, PeersCanBeComparedWithoutOurs) {
  const auto printed = table("a.png --qualities none --against jpeg -o r");
  EXPECT_EQ(printed.find("vqcodec"), std::string::npos) << printed;
  EXPECT_EQ(points().size(), 8u);
  EXPECT_EQ(sandbox
                .run("unset VQCODEC_NETWORKS VQCODEC_MODEL\n"
                     "vqcodec evaluate a.png --qualities none --against jpeg")
                .exit_code,
            0);
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png --qualities none --against none").exit_code, 2);
}

TEST_F(Evaluate, ABuildWithoutAPeerSaysSo) {
  const auto unknown = sandbox.run("vqcodec evaluate a.png --against jpeg,bmp");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("found \"bmp\", expected some of jpeg"), std::string::npos)
      << unknown.err;
  const auto unloaded =
      sandbox.run("VQCODEC_PEERS=none.so vqcodec evaluate a.png --qualities 1 --against jpeg");
  EXPECT_EQ(unloaded.exit_code, 4);
  EXPECT_NE(unloaded.err.find("cannot load the other codecs: "), std::string::npos) << unloaded.err;
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

TEST_F(Evaluate, TheExitCodeIsThatOfTheFirstInputThatFails) {
  sandbox.run("printf '\\211PNG\\r\\n\\032\\n' > cut.png");
  const auto exit_code = [&](const std::string& inputs) {
    return sandbox.run("vqcodec evaluate --qualities 1 --against none " + inputs).exit_code;
  };
  EXPECT_EQ(exit_code("cut.png a.png absent.png"), 3);
  EXPECT_EQ(exit_code("absent.png a.png cut.png"), 5);
}

TEST_F(Evaluate, APictureThatCannotBeReadIsNamedAndTheRestEvaluated) {
  sandbox.write("c.png", {1, 2, 3});
  const auto whole = sandbox.read("a.png");
  sandbox.write("cut.png", {whole.begin(), whole.begin() + 200});
  const auto outcome = sandbox.run(
      "vqcodec evaluate a.png none.png c.png cut.png b.png --qualities 1 --against none -o r");
  EXPECT_EQ(outcome.exit_code, 5);  // of none.png
  for (const char* line : {"vqcodec: none.png: ", "\nvqcodec: c.png: ", "\nvqcodec: cut.png: ",
                           "\n2 pictures: 2 points measured"})
    EXPECT_NE(outcome.err.find(line), std::string::npos) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(text("r/summary.json"))["pictures"], 2);
  EXPECT_EQ(sandbox.run("vqcodec evaluate c.png --qualities 1 --against none").exit_code, 4);
}

TEST_F(Evaluate, APictureThatOneCodecCannotHoldIsLeftOutOfAll) {
  sandbox.write_picture("long.png", 66000, 2);
  const auto outcome =
      sandbox.run("vqcodec evaluate long.png a.png --qualities 1 --against jpeg -o r");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.err.find("vqcodec: long.png: "), 0u) << outcome.err;
  const auto summary = nlohmann::json::parse(text("r/summary.json"));
  EXPECT_EQ(summary["pictures"], 1);
  double rate_bpp = 0;
  for (const auto& row : points())
    if (row.at("codec") == "vqcodec" && row.at("picture") == "a.png") rate_bpp = number(row, "bpp");
  EXPECT_NEAR(summary["curves"][0]["points"][0]["bpp"], rate_bpp, 1e-9);
}

TEST_F(Evaluate, WrongListsAndFilesOfOthersAreRefused) {
  for (const char* options : {"--qualities 9", "--qualities 0-2", "--qualities 1,,2",
                              "--qualities 1-x", "--qualities 3-2", "--metrics vmaf"})
    EXPECT_EQ(sandbox.run(std::string("vqcodec evaluate a.png ") + options).exit_code, 2)
        << options;
  write_text("r/points.csv", "my,own,table\n");
  EXPECT_EQ(sandbox.run("vqcodec evaluate a.png -o r").exit_code, 3);
  EXPECT_EQ(text("r/points.csv"), "my,own,table\n");
}

}  // namespace
}  // namespace vqcodec::tools
