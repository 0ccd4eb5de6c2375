// `info`, `verify`, `models` and `compare`, run as a program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "codec/codec.h"
#include "codec/hex.h"
#include "tests/codec/tiny_model.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

class Info : public ::testing::Test {
 protected:
  Info() {
    sandbox.write_picture("a.png");
    const auto outcome = sandbox.run("vqcodec compress a.png");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  Json json(const std::string& line) const {
    const auto outcome = sandbox.run(line);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return Json::parse(outcome.out);
  }

  Sandbox sandbox;
};

TEST_F(Info, JsonHoldsTheHeaderAndTheLevels) {
  const auto bytes = sandbox.read("a.vqc");
  const auto file = codec::inspect(bytes);
  const auto json = this->json("vqcodec info --json a.vqc");
  EXPECT_EQ(json["width"], 64);
  EXPECT_EQ(json["height"], 48);
  EXPECT_EQ(json["quality"], 3);
  EXPECT_EQ(json["model"], codec::hex(file.fingerprint));
  EXPECT_EQ(json["model_name"], testing::tiny_model().name);
  EXPECT_EQ(json["size_bytes"], bytes.size());
  ASSERT_EQ(json["levels"].size(), file.levels.size());
  // 64x48 pixels are 2x2 positions of stride 32, each of three groups; every level has four times
  // the last one's.
  EXPECT_EQ(json["levels"][0]["codes"], 2 * 2 * 3);
  EXPECT_EQ(json["levels"][2]["codes"], 8 * 8 * 3);
  std::uint64_t sum = json["header_bytes"].get<std::uint64_t>();
  for (const auto& level : json["levels"]) {
    sum += level["size_bytes"].get<std::uint64_t>();
    EXPECT_DOUBLE_EQ(level["bits_per_code"].get<double>() * level["codes"].get<double>(),
                     8 * level["size_bytes"].get<double>());
  }
  EXPECT_EQ(sum, bytes.size());
}

TEST_F(Info, TextHasALineForEachLevel) {
  const auto outcome = sandbox.run("vqcodec info a.vqc");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* part : {"64x48", "quality   3", "level 0", "level 1", "bits a code", "bpp"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << outcome.out;
}

TEST_F(Info, WithoutTheModelTheHeaderIsStillRead) {
  const auto json = this->json("unset VQCODEC_MODEL; vqcodec info --json a.vqc");
  EXPECT_EQ(json["width"], 64);
  EXPECT_FALSE(json.contains("model_name"));
  EXPECT_EQ(sandbox.run("unset VQCODEC_MODEL; vqcodec info --detail a.vqc").exit_code, 4);
}

TEST_F(Info, DetailSplitsTheBitsByKind) {
  const auto model = codec::read_model(codec::write_model(testing::tiny_model()));
  const auto expected = codec::verify(sandbox.read("a.vqc"), model, 1);
  const auto json = this->json("vqcodec info --json --detail a.vqc");
  EXPECT_EQ(json["codes_digest"], codec::hex(expected.digest));
  for (std::size_t i = 0; i < expected.levels.size(); ++i) {
    EXPECT_DOUBLE_EQ(json["levels"][i]["vector_bits"], expected.levels[i].vector_bits);
    EXPECT_DOUBLE_EQ(json["levels"][i]["scalar_bits"], expected.levels[i].scalar_bits);
    EXPECT_DOUBLE_EQ(json["levels"][i]["escape_bits"], expected.levels[i].escape_bits);
  }
  EXPECT_NE(sandbox.run("vqcodec info --detail a.vqc").out.find("% vectors"), std::string::npos);
}

TEST_F(Info, AModelListsItsQualities) {
  sandbox.write("m.vqm", codec::write_model(testing::tiny_model()));
  const auto json = this->json("vqcodec info --json m.vqm");
  EXPECT_EQ(json["format"], "vqm");
  EXPECT_EQ(json["name"], testing::tiny_model().name);
  EXPECT_EQ(json["qualities"].size(), testing::tiny_model().qualities.size());
  EXPECT_NE(sandbox.run("vqcodec info m.vqm").out.find(testing::tiny_model().name),
            std::string::npos);
}

TEST_F(Info, DamageIsExitCode3) {
  sandbox.run("head -c 12 a.vqc > cut.vqc; head -c 30 a.png > picture.vqc");
  for (const char* name : {"cut.vqc", "picture.vqc"})
    EXPECT_EQ(sandbox.run(std::string("vqcodec info ") + name).exit_code, 3) << name;
}

TEST_F(Info, VerifyPrintsTheDigestAndWritesNothing) {
  const auto model = codec::read_model(codec::write_model(testing::tiny_model()));
  const auto digest = codec::hex(codec::verify(sandbox.read("a.vqc"), model, 1).digest);
  const auto before = sandbox.files();
  for (const char* threads : {"1", "2", "8"}) {
    const auto outcome = sandbox.run(std::string("vqcodec verify a.vqc -T ") + threads);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "codes " + digest + "\n");
  }
  EXPECT_EQ(sandbox.files(), before);
}

TEST_F(Info, VerifyNeedsNoNetworks) {
  EXPECT_EQ(sandbox.run("VQCODEC_NETWORKS=/nowhere vqcodec verify a.vqc").exit_code, 0);
}

TEST_F(Info, VerifyFindsEveryDamagedByte) {
  const auto bytes = sandbox.read("a.vqc");
  for (std::size_t i = 0; i < bytes.size(); i += bytes.size() / 16 + 1) {
    auto damaged = bytes;
    damaged[i] ^= 0x10;
    sandbox.write("b.vqc", damaged);
    const auto outcome = sandbox.run("vqcodec verify b.vqc");
    EXPECT_EQ(outcome.exit_code, 3) << "byte " << i << ": " << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(Info, ModelsRunsWithoutAnyModel) {
  EXPECT_EQ(sandbox.run("unset VQCODEC_MODEL; vqcodec models").exit_code, 0);
}

TEST_F(Info, CompareOfAPictureWithItselfIsInfinite) {
  const auto outcome = sandbox.run("vqcodec compare a.png a.png");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("psnr       inf dB"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("ssim       1.00000"), std::string::npos) << outcome.out;
}

TEST_F(Info, CompareRefusesTwoSizes) {
  sandbox.write_picture("b.png", 20, 20);
  EXPECT_EQ(sandbox.run("vqcodec compare a.png b.png").exit_code, 2);
}

}  // namespace
}  // namespace vqcodec::tools
