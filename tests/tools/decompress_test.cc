// `vqcodec decompress`, run as a program.
#include <gtest/gtest.h>

#include "codec/image_io.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

using Names = std::set<std::string>;

class Decompress : public ::testing::Test {
 protected:
  Decompress() {
    sandbox.write_picture("a.png");
    const auto outcome = sandbox.run("vqcodec compress a.png && rm a.png");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  codec::Image picture(const std::string& name) const {
    return codec::read_image(sandbox.read(name));
  }

  Sandbox sandbox;
};

TEST_F(Decompress, WritesAPngBesideTheInputAndKeepsIt) {
  const auto outcome = sandbox.run("vqcodec decompress a.vqc");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(sandbox.files(), (Names{"a.png", "a.vqc"}));
  EXPECT_EQ(picture("a.png").width, 64);
  EXPECT_EQ(picture("a.png").height, 48);
}

TEST_F(Decompress, TheExtensionOrTheFormatOptionChoosesPpm) {
  ASSERT_EQ(sandbox.run("vqcodec decompress a.vqc").exit_code, 0);
  for (const char* line :
       {"vqcodec decompress a.vqc -o b.ppm", "vqcodec decompress a.vqc -o - >b.ppm --format ppm",
        "vqcodec decompress --format ppm a.vqc && mv a.ppm b.ppm"}) {
    const auto outcome = sandbox.run(line);
    EXPECT_EQ(outcome.exit_code, 0) << line << ": " << outcome.err;
    EXPECT_EQ(sandbox.read("b.ppm")[0], 'P') << line;
    EXPECT_EQ(picture("b.ppm").pixels, picture("a.png").pixels) << line;
    sandbox.run("rm b.ppm");
  }
  EXPECT_EQ(sandbox.run("vqcodec decompress a.vqc -o a.gif").exit_code, 2);
  EXPECT_FALSE(sandbox.has("a.gif"));
}

TEST_F(Decompress, StandardStreamsGiveTheBytesOfTheFile) {
  ASSERT_EQ(sandbox.run("vqcodec decompress a.vqc").exit_code, 0);
  for (const char* line : {"vqcodec decompress - < a.vqc > b", "vqcodec decompress -c a.vqc > b",
                           "cat a.vqc | vqcodec decompress - -o b.png && mv b.png b"}) {
    const auto outcome = sandbox.run(line);
    EXPECT_EQ(outcome.exit_code, 0) << line << ": " << outcome.err;
    EXPECT_EQ(sandbox.read("b"), sandbox.read("a.png")) << line;
  }
}

TEST_F(Decompress, ACropIsThatPartOfTheWhole) {
  ASSERT_EQ(sandbox.run("vqcodec decompress a.vqc").exit_code, 0);
  const auto outcome = sandbox.run("vqcodec decompress a.vqc --crop 10,20,30,8 -o crop.png");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto size = std::to_string(sandbox.read("a.vqc").size());
  EXPECT_NE(outcome.err.find("30x8 of 64x48, " + size + " of " + size + " bytes read, "),
            std::string::npos)
      << outcome.err;
  const auto whole = picture("a.png");
  const auto crop = picture("crop.png");
  ASSERT_EQ(crop.width, 30);
  ASSERT_EQ(crop.height, 8);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 30 * 3; ++x)
      ASSERT_EQ(crop.pixels[static_cast<std::size_t>(y * 90 + x)],
                whole.pixels[static_cast<std::size_t>((y + 20) * 192 + 30 + x)]);
}

TEST_F(Decompress, ACropThatCannotBeIsAUsageError) {
  for (const char* crop : {"1,2,3", "a", "1,2,3,4,5", "0,0,0,1", "60,0,10,10", "-1,0,4,4"})
    EXPECT_EQ(sandbox.run(std::string("vqcodec decompress a.vqc --crop=") + crop).exit_code, 2)
        << crop;
  EXPECT_EQ(sandbox.files(), Names{"a.vqc"});
}

TEST_F(Decompress, FewerLevelsGiveAnotherPictureOfTheSameSize) {
  ASSERT_EQ(sandbox
                .run("vqcodec decompress a.vqc && "
                     "vqcodec decompress a.vqc --levels 1 -o coarse.png")
                .exit_code,
            0);
  EXPECT_EQ(picture("coarse.png").width, 64);
  EXPECT_NE(picture("coarse.png").pixels, picture("a.png").pixels);
}

TEST_F(Decompress, ABeginningOfAFileGivesItsWholeLevels) {
  ASSERT_EQ(sandbox.run("head -c -1 a.vqc > cut.vqc").exit_code, 0);
  EXPECT_EQ(sandbox.run("vqcodec decompress cut.vqc").exit_code, 3);
  EXPECT_EQ(sandbox
                .run("vqcodec decompress --levels 2 cut.vqc && "
                     "vqcodec decompress --levels 2 a.vqc")
                .exit_code,
            0);
  EXPECT_EQ(picture("cut.png"), picture("a.png"));
  EXPECT_NE(sandbox.run("vqcodec info cut.vqc").out.find("2 of 3 levels are whole"),
            std::string::npos);
}

TEST_F(Decompress, ADamagedFileLeavesNothing) {
  for (const char* damage : {"head -c 20 a.vqc > b.vqc", "head -c -1 a.vqc > b.vqc", "echo > b.vqc",
                             ": > b.vqc", "(cat a.vqc; echo) > b.vqc"}) {
    sandbox.run(damage);
    const auto outcome = sandbox.run("vqcodec decompress b.vqc");
    EXPECT_EQ(outcome.exit_code, 3) << damage << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find("vqcodec: b.vqc: "), 0u) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
    EXPECT_EQ(sandbox.files(), (Names{"a.vqc", "b.vqc"}));
  }
}

TEST_F(Decompress, AnotherModelIsNamed) {
  const auto outcome = sandbox.run("unset VQCODEC_MODEL; vqcodec decompress a.vqc");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_NE(outcome.err.find("vqcodec: a.vqc: needs the model "), std::string::npos) << outcome.err;
}

TEST_F(Decompress, RefusesTooManyPixels) {
  EXPECT_EQ(sandbox.run("vqcodec decompress a.vqc --max-pixels 100").exit_code, 5);
  EXPECT_EQ(sandbox.files(), Names{"a.vqc"});
}

}  // namespace
}  // namespace vqcodec::tools
