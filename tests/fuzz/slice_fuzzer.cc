// tests/fuzz/slice_fuzzer.cc: any bytes as a code tree, as an integer prior, and as a slice.
//
// The first byte says which, and which columns of the slice are plain. Whatever is accepted must be
// whole: a tree and a prior have one encoding, a decoded map can be encoded again. Nothing but
// Error(kCorrupt) may be thrown.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "entropy/code_tree.h"
#include "entropy/error.h"
#include "entropy/integer_pixelcnn.h"
#include "entropy/slice_coder.h"
#include "tests/entropy/random_prior.h"

namespace vqcodec::entropy {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <typename Readable>
void read_and_write_back(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  const Readable value = Readable::read(in);
  ByteWriter out;
  value.write(out);
  const auto written = out.take();
  require(std::equal(written.begin(), written.end(), bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(in.position())));
}

void decode_and_encode_again(std::span<const std::uint8_t> bytes, int plain_columns) {
  static const IntegerPixelCnn prior = random_prior();
  static const SliceCoder coder(prior);
  static const CodeMap coarse = random_map(prior, 0, 0, 2, 3, 0, 1);
  std::vector<std::uint8_t> plain(4 * 6);
  for (std::size_t i = 0; i < plain.size(); ++i)
    plain[i] = static_cast<std::uint8_t>(plain_columns >> i % 6 & 1);
  const DecodedSlice decoded = coder.decode(0, 1, 4, 6, {&coarse, 1}, bytes, plain);
  CodeMapSource source(decoded.map);
  const EncodedSlice encoded = coder.encode(0, 1, 4, 6, {&coarse, 1}, source, plain);
  require(encoded.map == decoded.map);
  require(coder.decode(0, 1, 4, 6, {&coarse, 1}, encoded.bytes, plain).map == decoded.map);
}

}  // namespace
}  // namespace vqcodec::entropy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vqcodec::entropy;
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  try {
    if (data[0] % 3 == 0) read_and_write_back<CodeTree>(bytes);
    if (data[0] % 3 == 1) read_and_write_back<IntegerPixelCnn>(bytes);
    if (data[0] % 3 == 2) decode_and_encode_again(bytes, data[0] / 3);
  } catch (const vqcodec::Error& error) {
    if (error.kind() != vqcodec::ErrorKind::kCorrupt) std::abort();
  }
  return 0;
}
