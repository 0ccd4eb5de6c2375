// libFuzzer target: any bytes as a `.vqc`, as they are and with the header's checksum made right,
// so that the parser behind it is reached. Start it with the files of testdata/golden.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/codec.h"
#include "codec/preamble.h"
#include "entropy/error.h"
#include "tests/codec/fake_transform.h"

namespace {

using namespace vqcodec;

constexpr std::uint64_t kMaxPixels = 1 << 16;  // what a run may cost

void decode(std::span<const std::uint8_t> bytes) {
  static const codec::ModelFile model = vqcodec::testing::tiny_model();
  vqcodec::testing::FakeTransform transform;
  try {
    codec::inspect(bytes);
    for (const int levels : {1, 0})
      codec::decompress(bytes, model, transform, {.levels = levels, .max_pixels = kMaxPixels});
    codec::verify(bytes, model, 1);
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  decode(bytes);
  // Byte 8 is the body's length where that is below 128, as in most small files.
  constexpr std::size_t kBody = 9;
  if (size <= kBody) return 0;
  const std::size_t body_size = std::min<std::size_t>(bytes[kBody - 1], size - kBody);
  auto mended = codec::write_preamble(codec::kPictureFile, bytes.subspan(kBody, body_size));
  mended.insert(mended.end(), bytes.begin() + static_cast<std::ptrdiff_t>(kBody + body_size),
                bytes.end());
  decode(mended);
  return 0;
}
