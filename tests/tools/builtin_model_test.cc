// The model that is built into the program, on pictures that no camera takes: never broken.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

using Sample = std::function<int(int x, int y, int channel)>;

struct Pattern {
  const char* name;
  Sample sample;
  double least_psnr_db;  // at quality 8
  double most_bpp;
};

// Strokes of one pixel, like small text.
int stroke(int x, int y) {
  const unsigned cell = static_cast<unsigned>((y / 12) * 131 + (x / 8) * 71) * 2654435761U >> 24;
  const int u = x % 8, v = y % 12;
  const bool ink =
      v < 9 && u < 6 &&
      ((u == 1 && (cell & 1)) || (v == 4 && (cell & 2)) || (u == 4 && (cell & 4)) ||
       (v == 0 && (cell & 8)) || (u == v / 2 && (cell & 16)) || (v == 8 && (cell & 32)));
  return ink ? 0 : 255;
}

codec::Image draw(const Sample& sample) {
  codec::Image image;
  image.width = 192;
  image.height = 160;
  image.channels = 3;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(sample(x, y, c)));
  return image;
}

TEST(BuiltinModel, BreaksNoPattern) {
  const Sandbox sandbox;
  if (sandbox.run(kRealProgram + "models").out.empty()) GTEST_SKIP() << "built without a model";
  std::mt19937 random(1);
  const Pattern patterns[] = {
      {"checkerboard1", [](int x, int y, int) { return (x + y) % 2 * 255; }, 38, 3},
      {"checkerboard8", [](int x, int y, int) { return (x / 8 + y / 8) % 2 * 255; }, 45, 1},
      {"red_blue", [](int x, int y, int c) { return (x / 4 + y / 4) % 2 * 2 == c ? 255 : 0; }, 36,
       3},
      {"saturated",
       [](int x, int y, int c) { return (x / 24 * 3 + y / 40 * 5) % 8 >> c & 1 ? 255 : 0; }, 38, 1},
      {"text", [](int x, int y, int) { return stroke(x, y); }, 33, 7},
      {"noise", [&](int, int, int) { return static_cast<int>(random() & 255); }, 24, 14},
  };
  for (const auto& pattern : patterns) {
    sandbox.write_image("in.png", draw(pattern.sample));
    const auto outcome =
        sandbox.run(kRealProgram + "compress in.png -q 8 -f -o in.vqc -T 1 --quiet && " +
                    kRealProgram + "decompress in.vqc -f -o out.png -T 1 --quiet && " +
                    kRealProgram + "compare in.png out.png");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    double psnr = 0;
    ASSERT_EQ(std::sscanf(outcome.out.c_str(), "psnr %lf", &psnr), 1) << outcome.out;
    const double bpp = 8.0 * static_cast<double>(sandbox.read("in.vqc").size()) / (192 * 160);
    EXPECT_GT(psnr, pattern.least_psnr_db) << pattern.name << " in " << bpp << " bpp";
    EXPECT_LT(bpp, pattern.most_bpp) << pattern.name << " at " << psnr << " dB";
    RecordProperty(pattern.name, std::to_string(psnr) + " dB, " + std::to_string(bpp) + " bpp");
  }
}

}  // namespace
}  // namespace vqcodec::tools
