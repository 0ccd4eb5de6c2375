// The peers against the figures of testdata/peer_checks.csv, made with their own programs.
#include "codec/peers/peer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "codec/image_io.h"
#include "codec/metrics.h"
#include "tests/codec/csv.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

Image gradient(int width, int height, int channels) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(2 * x + y + 30 * c));
  return image;
}

std::vector<PeerCodec> all_peers() {
  auto peers = library_peers();
  peers.insert(peers.begin(), jpeg_peer());
  return peers;
}

TEST(Peers, GiveBackPicturesOfAnySize) {
  for (const PeerCodec& peer : all_peers())
    for (const int channels : {1, 3})
      for (const int width : {1, 15, 16, 37}) {
        const Image image = gradient(width, 38 - width, channels);
        const Image decoded = peer.decode(peer.encode(image, peer.sweep.back()));
        EXPECT_GT(psnr_luma_db(image, decoded), 25) << peer.name << " " << width;
      }
}

TEST(Peers, SpendMoreBytesFromSettingToSetting) {
  const Image image = testing::test_picture(192, 176);
  for (const PeerCodec& peer : all_peers()) {
    EXPECT_EQ(peer.sweep.size(), 8u) << peer.name;
    EXPECT_FALSE(peer.settings.empty()) << peer.name;
    std::size_t last_bytes = 0;
    for (const double setting : peer.sweep) {
      const std::size_t size_bytes = peer.encode(image, setting).size();
      EXPECT_GT(size_bytes, last_bytes) << peer.name << " at " << setting;
      last_bytes = size_bytes;
    }
  }
}

TEST(Peers, RefuseWhatTheyCannotHold) {
  Image image = gradient(1, 1, 3);
  image.width = 70000;
  image.pixels.resize(3 * image.area());
  for (const PeerCodec& peer : all_peers()) {
    if (peer.name == "jxl" || peer.name == "jp2") continue;  // They hold 2^30 and more.
    EXPECT_EQ(error_of([&] { peer.encode(image, peer.sweep.back()); }), ErrorKind::kUnsupported)
        << peer.name;
  }
}

TEST(Peers, RefuseFilesThatAreCut) {
  const Image image = testing::test_picture(192, 176);
  for (const PeerCodec& peer : all_peers()) {
    const auto file = peer.encode(image, peer.sweep.back());
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{40}})
      EXPECT_EQ(error_of([&] { peer.decode(std::span(file).first(size)); }), ErrorKind::kCorrupt)
          << peer.name << " of " << size << " bytes";
  }
}

// libjxl's own program writes three bytes more, of the same picture.
double tolerated_bytes(const PeerCodec& peer, double size_bytes) {
  return peer.name == "jxl" ? 3 + 0.005 * size_bytes : 0.005 * size_bytes;
}

TEST(Peers, AgreeWithTheirPrograms) {
  const auto data = data_folder();
  if (!data) GTEST_SKIP() << "VQCODEC_DATA is not set: no Kodak pictures";
  const auto rows = read_csv(testdata("peer_checks.csv"));
  for (const PeerCodec& peer : all_peers()) {
    std::size_t checked = 0;
    for (const CsvRow& row : rows) {
      const double setting = number(row, "setting");
      if (row.at("peer") != peer.name || !std::ranges::count(peer.sweep, setting)) continue;
      SCOPED_TRACE(peer.name + " at " + row.at("setting"));
      const Image image = read_image(file_bytes(*data / "kodak" / (row.at("picture") + ".png")));
      const auto file = peer.encode(image, setting);
      const auto size_bytes = static_cast<double>(file.size());
      EXPECT_NEAR(size_bytes, number(row, "size_bytes"), tolerated_bytes(peer, size_bytes));
      // Another version of the library may code differently, but decodes the same bytes the same.
      const double tolerance_db = size_bytes == number(row, "size_bytes") ? 1e-6 : 0.01;
      EXPECT_NEAR(psnr_rgb_db(image, peer.decode(file)), number(row, "psnr_rgb_db"), tolerance_db);
      ++checked;
    }
    EXPECT_EQ(checked, peer.sweep.size()) << peer.name;
  }
}

// The metrics of pictures that were really coded, by the table of metrics_test.cc.
TEST(Peers, TheirPicturesHaveTheMetricsThatAnotherImplementationFound) {
  const auto data = data_folder();
  if (!data) GTEST_SKIP() << "VQCODEC_DATA is not set: no Kodak pictures";
  const auto rows = read_csv(testdata("metric_checks.csv"));
  int checked = 0;
  for (const PeerCodec& peer : all_peers()) {
    const std::string prefix = peer.name == "avif"  ? "avif444"
                               : peer.name == "jp2" ? "jpeg2000"
                                                    : peer.name;
    for (const CsvRow& row : rows) {
      const std::string name = row.at("case");
      if (!name.starts_with(prefix + "_")) continue;
      SCOPED_TRACE(name);
      const Image image = read_image(file_bytes(*data / "kodak" / (row.at("reference") + ".png")));
      const Image decoded =
          peer.decode(peer.encode(image, std::stod(name.substr(prefix.size() + 1))));
      // Another version of the library gives another picture.
      if (std::abs(psnr_rgb_db(image, decoded) - number(row, "psnr_rgb_db")) > 1e-6) continue;
      EXPECT_NEAR(psnr_luma_db(image, decoded), number(row, "psnr_y_db"), 1e-6);
      EXPECT_NEAR(ssim(image, decoded).value(), number(row, "ssim"), 1e-8);
      EXPECT_NEAR(ms_ssim(image, decoded).value(), number(row, "ms_ssim"), 1e-8);
      ++checked;
    }
  }
  EXPECT_GT(checked, 0);
  RecordProperty("pictures", checked);
}

}  // namespace
}  // namespace vqcodec::codec
