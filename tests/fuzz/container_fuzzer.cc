// libFuzzer target: any bytes as a `.vqc`: as they are, as the body of a header whose checksum
// holds, and as a file in which every checksum holds, so that each part is reached behind its own.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/codec.h"
#include "codec/preamble.h"
#include "entropy/byte_io.h"
#include "tests/codec/blank_transform.h"
#include "tests/codec/sealed_file.h"
#include "tests/codec/tiny_model.h"
#include "tests/fuzz/expected_errors.h"

namespace {

using namespace vqcodec;
using vqcodec::testing::with_errors_of_input;

constexpr std::uint64_t kMaxPixels = 1 << 16;  // what a run may cost

const codec::ModelFile& model() {
  static const codec::ModelFile tiny = vqcodec::testing::tiny_model();
  return tiny;
}

void decode(std::span<const std::uint8_t> bytes) {
  vqcodec::testing::BlankTransform transform;
  with_errors_of_input([&] { codec::inspect(bytes); });
  for (const int levels : {1, 0})
    with_errors_of_input([&] {
      codec::decompress(bytes, model(), transform, {.levels = levels, .max_pixels = kMaxPixels});
    });
  with_errors_of_input([&] { codec::verify(bytes, model(), 1); });
}

// What follows the checksum, as far as it is there, under a checksum that holds.
std::vector<std::uint8_t> with_sound_header(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kLengthPlace = 8;
  entropy::ByteReader reader(bytes.subspan(std::min(kLengthPlace, bytes.size())));
  const std::uint64_t announced = reader.varint("length");
  const auto body = reader.bytes(std::min<std::uint64_t>(announced, reader.remaining()), "body");
  const auto chunks = reader.bytes(reader.remaining(), "chunks");
  auto file = codec::write_preamble(codec::kPictureFile, body);
  file.insert(file.end(), chunks.begin(), chunks.end());
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> bytes(data, data + size);
  decode(bytes);
  with_errors_of_input([&] {
    const auto sound = with_sound_header(bytes);
    if (sound != bytes) decode(sound);
    const auto sealed = vqcodec::testing::sealed(codec::read_file(sound, kMaxPixels), model());
    if (sealed != sound) decode(sealed);
  });
  return 0;
}
