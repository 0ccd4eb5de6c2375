#include "models/quantized_codec.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "tests/models/small_codec.h"

namespace vqcodec::models {
namespace {

TEST(QuantizedCodec, BytesGiveBackTheSameBytes) {
  const auto bytes = write_codec(small_codec());
  EXPECT_EQ(write_codec(read_codec(bytes)), bytes);
}

TEST(QuantizedCodec, RefusesCutAndChangedBytes) {
  const auto bytes = write_codec(small_codec());
  for (const double share : {0.0, 0.001, 0.3, 0.9, 0.9999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(bytes.size()));
    EXPECT_THROW(read_codec({bytes.data(), size}), Error) << size;
  }
  auto changed = bytes;
  changed[0] = 0xFF;
  EXPECT_THROW(read_codec(changed), Error);
}

}  // namespace
}  // namespace vqcodec::models
