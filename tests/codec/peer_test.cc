// The peers against the figures of testdata/peer_checks.csv, made with their own programs.
#include "codec/peers/peer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "codec/image_io.h"
#include "codec/metrics.h"
#include "tests/codec/csv.h"
#include "tests/codec/files.h"

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

TEST(Peers, JpegIsAlwaysThere) {
  const auto peers = available_peers();
  ASSERT_FALSE(peers.empty());
  EXPECT_EQ(peers.front().name, "jpeg");
}

TEST(Peers, GiveBackPicturesOfAnySize) {
  for (const PeerCodec& peer : available_peers())
    for (const int channels : {1, 3})
      for (const int width : {1, 15, 16, 37}) {
        const Image image = gradient(width, 38 - width, channels);
        const Image decoded = peer.decode(peer.encode(image, 90));
        EXPECT_GT(psnr_luma_db(image, decoded), 35) << peer.name << " " << width;
      }
}

TEST(Peers, SpendMoreBytesOnMoreQuality) {
  const Image image = gradient(64, 64, 3);
  for (const PeerCodec& peer : available_peers()) {
    EXPECT_TRUE(std::ranges::is_sorted(peer.sweep)) << peer.name;
    EXPECT_LT(peer.encode(image, peer.sweep.front()).size(),
              peer.encode(image, peer.sweep.back()).size());
  }
}

TEST(Peers, RefuseWhatTheyCannotHold) {
  Image image = gradient(1, 1, 3);
  image.width = 70000;
  image.pixels.resize(3 * image.area());
  for (const PeerCodec& peer : available_peers()) {
    EXPECT_EQ(error_of([&] { peer.encode(image, 50); }), ErrorKind::kUnsupported) << peer.name;
    EXPECT_EQ(error_of([&] { peer.decode({}); }), ErrorKind::kCorrupt) << peer.name;
  }
}

TEST(Peers, AgreeWithTheirPrograms) {
  const auto data = data_folder();
  if (!data) GTEST_SKIP() << "VQCODEC_DATA is not set: no Kodak pictures";
  const auto rows = read_csv(testdata("peer_checks.csv"));
  for (const PeerCodec& peer : available_peers()) {
    std::vector<double> sweep;
    for (const CsvRow& row : rows) {
      if (row.at("peer") != peer.name) continue;
      const double quality = number(row, "quality");
      SCOPED_TRACE(peer.name + " at " + row.at("quality"));
      const Image image = read_image(file_bytes(*data / "kodak" / (row.at("picture") + ".png")));
      const auto file = peer.encode(image, quality);
      const auto size_bytes = static_cast<double>(file.size());
      EXPECT_NEAR(size_bytes, number(row, "size_bytes"), 0.005 * size_bytes);
      // Another version of the library may code differently, but decodes the same bytes the same.
      const double tolerance_db = size_bytes == number(row, "size_bytes") ? 1e-6 : 0.01;
      EXPECT_NEAR(psnr_rgb_db(image, peer.decode(file)), number(row, "psnr_rgb_db"), tolerance_db);
      sweep.push_back(quality);
    }
    EXPECT_EQ(sweep, peer.sweep);
  }
}

}  // namespace
}  // namespace vqcodec::codec
