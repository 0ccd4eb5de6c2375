// libFuzzer target: any bytes as a `.vqm`, as the body of its header under a checksum that holds,
// and as the content of its prior, which then decodes a slice. Start it with
// testdata/golden/tiny.vqm.
#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/model_file.h"
#include "codec/preamble.h"
#include "entropy/error.h"
#include "entropy/slice_coder.h"

namespace {

using namespace vqcodec;

template <typename Action>
void ignoring_errors(Action&& action) {
  try {
    action();
  } catch (const Error&) {
  }
}

void use_prior(std::span<const std::uint8_t> content) {
  entropy::ByteReader reader(content, "prior");
  const auto prior = entropy::IntegerPixelCnn::read(reader);
  const entropy::SliceCoder coder(prior);
  coder.decode(/*quality=*/0, /*level=*/0, /*height=*/2, /*width=*/3, {}, content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  ignoring_errors([&] { codec::summarize_model(bytes); });
  ignoring_errors([&] { codec::read_model(bytes); });
  const auto mended = codec::write_preamble(codec::kModelFile, bytes);
  ignoring_errors([&] { codec::summarize_model(mended); });
  ignoring_errors([&] { codec::read_model(mended); });
  ignoring_errors([&] { use_prior(bytes); });
  return 0;
}
