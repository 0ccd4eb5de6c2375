// `vqcodec compress`, run as a program.
#include <gtest/gtest.h>

#include "codec/codec.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

using Names = std::set<std::string>;

class Compress : public ::testing::Test {
 protected:
  Compress() { sandbox.write_picture("a.png"); }

  std::size_t size_bytes(const std::string& options) const {
    const auto outcome = sandbox.run("vqcodec compress -f a.png " + options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return sandbox.read("a.vqc").size();
  }

  Sandbox sandbox;
};

TEST_F(Compress, WritesBesideTheInputAndKeepsIt) {
  const auto outcome = sandbox.run("vqcodec compress a.png");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("a.png: 64x48, "), std::string::npos) << outcome.err;
  EXPECT_EQ(sandbox.files(), (Names{"a.png", "a.vqc"}));
  EXPECT_EQ(codec::inspect(sandbox.read("a.vqc")).width, 64);
}

TEST_F(Compress, RefusesAnExistingOutputUnlessForced) {
  sandbox.write("a.vqc", {7});
  const auto refused = sandbox.run("vqcodec compress a.png");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err, "vqcodec: a.png: the output a.vqc exists; -f replaces it\n");
  EXPECT_EQ(sandbox.read("a.vqc"), std::vector<std::uint8_t>{7});
  EXPECT_EQ(sandbox.run("vqcodec compress -f a.png").exit_code, 0);
  EXPECT_GT(sandbox.read("a.vqc").size(), 1u);
}

TEST_F(Compress, RefusesToReplaceItsInput) {
  const auto before = sandbox.read("a.png");
  EXPECT_EQ(sandbox.run("vqcodec compress -f a.png -o ./a.png").exit_code, 2);
  EXPECT_EQ(sandbox.read("a.png"), before);
}

TEST_F(Compress, StandardStreamsGiveTheBytesOfTheFile) {
  ASSERT_EQ(sandbox.run("vqcodec compress a.png").exit_code, 0);
  const auto bytes = sandbox.read("a.vqc");
  for (const char* line :
       {"vqcodec compress - < a.png > b", "cat a.png | vqcodec compress - -o - > b",
        "vqcodec compress -c a.png > b", "vqcodec compress a.png -o - > b",
        "vqcodec compress - -o b -f < a.png"}) {
    const auto outcome = sandbox.run(line);
    EXPECT_EQ(outcome.exit_code, 0) << line << ": " << outcome.err;
    EXPECT_EQ(sandbox.read("b"), bytes) << line;
  }
}

TEST_F(Compress, ThreadsDoNotChangeTheBytes) {
  ASSERT_EQ(sandbox.run("vqcodec compress a.png -T 1 -o 1.vqc").exit_code, 0);
  ASSERT_EQ(sandbox.run("vqcodec compress a.png -T 4 -o 4.vqc").exit_code, 0);
  EXPECT_EQ(sandbox.read("1.vqc"), sandbox.read("4.vqc"));
}

TEST_F(Compress, AHigherQualityIsLarger) {
  EXPECT_LT(size_bytes("-q 1"), size_bytes("--quality 3"));
}

TEST_F(Compress, KeepsToATargetSize) {
  const auto smallest = size_bytes("-q 1");
  const auto largest = size_bytes("-q 3");
  const auto target = (smallest + largest) / 2;
  EXPECT_LE(size_bytes("--target-size " + std::to_string(target)), target);
  const double target_bpp = 8.0 * static_cast<double>(target) / (64 * 48);
  EXPECT_LE(size_bytes("--target-bpp " + std::to_string(target_bpp)), target + 1);
}

TEST_F(Compress, ReachesATargetPsnr) {
  ASSERT_EQ(sandbox
                .run("vqcodec compress a.png --target-psnr 30 &&"
                     "vqcodec decompress a.vqc -o b.png")
                .exit_code,
            0);
  const auto outcome = sandbox.run("vqcodec compare a.png b.png");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_GE(std::stod(outcome.out.substr(outcome.out.find(' '))), 30.0) << outcome.out;
}

TEST_F(Compress, ATargetThatCannotBeMetIsAUsageError) {
  const auto outcome = sandbox.run("vqcodec compress a.png --target-size 1");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(sandbox.files(), Names{"a.png"});
}

TEST_F(Compress, TakesOneRateOption) {
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -q 3 --target-size 900").exit_code, 2);
  EXPECT_EQ(sandbox.run("vqcodec compress a.png --target-bpp 1 --target-psnr 30").exit_code, 2);
  EXPECT_EQ(sandbox.files(), Names{"a.png"});
}

TEST_F(Compress, StripLeavesMetadataOut) {
  auto image = test_picture(64, 48);
  image.metadata.push_back({.type = "tEXt", .bytes = {'K', 0, 'v', 'a', 'l', 'u', 'e'}});
  sandbox.write_image("a.png", image);
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -o kept.vqc").exit_code, 0);
  EXPECT_EQ(sandbox.run("vqcodec compress a.png -o bare.vqc --strip").exit_code, 0);
  EXPECT_GT(codec::inspect(sandbox.read("kept.vqc")).metadata_bytes, 0u);
  EXPECT_EQ(codec::inspect(sandbox.read("bare.vqc")).metadata_bytes, 0u);
}

TEST_F(Compress, SeveralInputsGoOnAfterABadOne) {
  sandbox.write("bad.png", {'n', 'o'});
  sandbox.write_picture("c.png");
  const auto outcome = sandbox.run("vqcodec compress a.png missing.png bad.png c.png");
  EXPECT_EQ(outcome.exit_code, 5) << outcome.err;  // of the first failure
  EXPECT_NE(outcome.err.find("vqcodec: missing.png: cannot open: No such file"), std::string::npos);
  EXPECT_NE(outcome.err.find("vqcodec: bad.png: "), std::string::npos);
  EXPECT_TRUE(sandbox.has("a.vqc"));
  EXPECT_TRUE(sandbox.has("c.vqc"));
  EXPECT_FALSE(sandbox.has("bad.vqc"));
}

TEST_F(Compress, WhatFailedStandsAtTheEndOnceMore) {
  sandbox.write("bad.png", {'n', 'o'});
  sandbox.write_picture("c.png");
  const auto outcome = sandbox.run("vqcodec compress bad.png missing.png a.png c.png");
  const std::string last =
      "vqcodec: 2 of 4 inputs failed:\nvqcodec:   bad.png\nvqcodec:   missing.png\n";
  EXPECT_TRUE(outcome.err.ends_with(last)) << outcome.err;
  EXPECT_EQ(sandbox.run("vqcodec compress bad.png").err.find("failed"), std::string::npos);
}

TEST_F(Compress, GoesOnWhereAnEarlierCallStopped) {
  sandbox.write_picture("b.png");
  sandbox.write("a.vqc", {7});
  EXPECT_EQ(sandbox.run("vqcodec compress a.png b.png").exit_code, 2);
  sandbox.write_picture("c.png");
  const auto outcome = sandbox.run("vqcodec compress a.png b.png c.png --skip-existing");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("2 of 3 inputs skipped"), std::string::npos) << outcome.err;
  EXPECT_EQ(sandbox.read("a.vqc"), std::vector<std::uint8_t>{7});
  EXPECT_TRUE(sandbox.has("c.vqc"));
  EXPECT_EQ(sandbox.run("vqcodec compress a.png --skip-existing -f").exit_code, 2);
}

TEST_F(Compress, SideBySideGivesTheFilesOfOneByOne) {
  std::string names;
  for (int i = 0; i < 12; ++i) {
    const auto name = std::to_string(i).append(".png");
    names.append(" ").append(name);
    sandbox.write_picture(name);
  }
  ASSERT_EQ(sandbox.run("vqcodec compress -T 1 --output-dir one" + names).exit_code, 0);
  ASSERT_EQ(sandbox.run("vqcodec compress -T 5 --output-dir many" + names).exit_code, 0);
  ASSERT_EQ(sandbox.run("vqcodec decompress -r -T 5 many --output-dir back").exit_code, 0);
  for (int i = 0; i < 12; ++i) {
    const auto in = [&](std::string folder, const char* extension) {
      return folder.append(std::to_string(i)).append(extension);
    };
    EXPECT_EQ(sandbox.read(in("many/", ".vqc")), sandbox.read(in("one/", ".vqc")));
    EXPECT_TRUE(sandbox.has(in("back/", ".png")));
  }
}

TEST_F(Compress, ShardsOfAListDoItTogether) {
  for (const char* name : {"b.png", "c.png", "d.png", "e.png"}) sandbox.write_picture(name);
  ASSERT_EQ(sandbox.run("ls *.png > list").exit_code, 0);
  EXPECT_EQ(sandbox.run("vqcodec compress --files-from list --shard 1/2").exit_code, 0);
  EXPECT_EQ(sandbox.run("vqcodec compress --files-from - --shard 2/2 < list").exit_code, 0);
  for (const char* name : {"a.vqc", "b.vqc", "c.vqc", "d.vqc", "e.vqc"})
    EXPECT_TRUE(sandbox.has(name)) << name;
  EXPECT_EQ(sandbox.run("vqcodec compress a.png --shard 3/2").exit_code, 2);
  EXPECT_EQ(sandbox.run("vqcodec compress").exit_code, 2);
}

TEST_F(Compress, RecursionMirrorsTheFolder) {
  sandbox.write_picture("in/one.png");
  sandbox.write_picture("in/deep/er/two.PNG");
  sandbox.write("in/deep/note.txt", {'x'});
  EXPECT_EQ(sandbox.run("vqcodec compress -r in --output-dir out").exit_code, 0);
  EXPECT_TRUE(sandbox.has("out/one.vqc"));
  EXPECT_TRUE(sandbox.has("out/deep/er/two.vqc"));
  EXPECT_EQ(sandbox.run("vqcodec decompress -r out --output-dir back").exit_code, 0);
  EXPECT_TRUE(sandbox.has("back/deep/er/two.png"));
  EXPECT_EQ(sandbox.run("vqcodec compress in").exit_code, 2);
}

TEST_F(Compress, RefusesTooManyPixels) {
  EXPECT_EQ(sandbox.run("vqcodec compress a.png --max-pixels 100").exit_code, 5);
  EXPECT_EQ(sandbox.files(), Names{"a.png"});
}

TEST_F(Compress, TimingsNameTheStages) {
  const auto outcome = sandbox.run("vqcodec compress a.png --timings");
  for (const char* stage : {"read picture", "read model", "load networks", "write", "total"})
    EXPECT_NE(outcome.err.find(stage), std::string::npos) << outcome.err;
}

TEST_F(Compress, QuietSaysNothing) {
  const auto outcome = sandbox.run("vqcodec compress a.png --quiet");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
}

}  // namespace
}  // namespace vqcodec::tools
