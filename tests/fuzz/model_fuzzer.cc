// libFuzzer target: any bytes as a `.vqm`, as the body of its header under a checksum that holds,
// as the content of its prior, and as both at once: a model that is whole but for what they say.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/model_file.h"
#include "codec/preamble.h"
#include "entropy/slice_coder.h"
#include "tests/fuzz/expected_errors.h"

namespace {

using namespace vqcodec;
using vqcodec::testing::with_errors_of_input;

// What a prior can be asked for: a slice of each level, here of 1, 4 and 16 positions.
void decode_slices(const entropy::IntegerPixelCnn& prior, std::span<const std::uint8_t> bytes) {
  const entropy::SliceCoder coder(prior);
  const auto qualities = static_cast<int>(prior.levels[0].qualities.size());
  for (int quality = 0; quality < qualities; ++quality) {
    std::vector<entropy::CodeMap> maps;
    for (int level = 0; level < static_cast<int>(prior.levels.size()) && level < 3; ++level)
      maps.push_back(coder.decode(quality, level, 1 << level, 1 << level, maps, bytes).map);
  }
}

void read(std::span<const std::uint8_t> file) {
  with_errors_of_input([&] { codec::summarize_model(file); });
  with_errors_of_input([&] { decode_slices(codec::read_model(file).prior, file); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  read(bytes);
  read(codec::write_preamble(codec::kModelFile, bytes));
  with_errors_of_input([&] {
    entropy::ByteReader reader(bytes, "prior");
    const auto prior = entropy::IntegerPixelCnn::read(reader);
    decode_slices(prior, bytes);
    // What can be read can be written, and is read as the same.
    codec::ModelFile model;
    model.prior = prior;
    model.coarsest_stride = 1 << prior.levels.size();
    model.qualities.resize(prior.levels[0].qualities.size());
    read(codec::write_model(model));
  });
  return 0;
}
