// libFuzzer target: any bytes as a PNG, JPEG, PPM or PGM. What is read can be written, and what was
// written is read as the same picture.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "codec/image_io.h"
#include "tests/fuzz/expected_errors.h"

namespace {

using namespace vqcodec;

constexpr std::uint64_t kMaxPixels = 1 << 18;  // what a run may cost

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::optional<codec::Image> image;
  vqcodec::testing::with_errors_of_input([&] {
    image = codec::read_image({data, size}, kMaxPixels);
  });
  if (!image) return 0;
  image->source_bits = 8;  // of a PNG as we write it
  if (codec::read_image(codec::write_png(*image), kMaxPixels) != *image) std::abort();
  image->alpha.clear();
  image->metadata.clear();
  if (codec::read_image(codec::write_ppm(*image), kMaxPixels) != *image) std::abort();
  return 0;
}
