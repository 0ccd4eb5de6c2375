#include "codec/jpeg_writer.h"

#include <gtest/gtest.h>

#include "codec/image_io.h"
#include "codec/metrics.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// Red and blue in columns of one pixel: chroma of half the resolution has their mean.
Image stripes(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  for (std::size_t pixel = 0; pixel < image.area(); ++pixel) {
    const bool red = pixel % static_cast<std::size_t>(width) % 2 == 0;
    image.pixels.insert(image.pixels.end(),
                        {std::uint8_t(red ? 200 : 60), 60, std::uint8_t(red ? 60 : 200)});
  }
  return image;
}

TEST(JpegWriter, FullChromaKeepsColorsThatChangeFromPixelToPixel) {
  const auto image = stripes(37, 21);
  EXPECT_GT(psnr_rgb_db(image, read_image(write_jpeg(image, 98, JpegChroma::kFull))), 40);
  EXPECT_LT(psnr_rgb_db(image, read_image(write_jpeg(image, 98, JpegChroma::kHalved))), 20);
}

TEST(JpegWriter, GreyStaysGrey) {
  Image grey;
  grey.width = 9;
  grey.height = 5;
  grey.channels = 1;
  grey.pixels.assign(45, 77);
  EXPECT_EQ(read_image(write_jpeg(grey, 90, JpegChroma::kFull)).pixels, grey.pixels);
}

TEST(JpegWriter, ASideBeyondTheFormatIsRefused) {
  Image wide;
  wide.width = 65536;
  wide.height = 1;
  wide.channels = 1;
  wide.pixels.resize(wide.area());
  EXPECT_THROW(write_jpeg(wide, 90, JpegChroma::kFull), Error);
}

}  // namespace
}  // namespace vqcodec::codec
