// Writes the corpora that the fuzzers start from, made of testdata/ and of pictures by formula:
// make_seeds FOLDER fills FOLDER/container, image, model, networks and slice.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "codec/image_io.h"
#include "codec/peers/peer.h"
#include "codec/preamble.h"
#include "entropy/byte_io.h"
#include "entropy/slice_coder.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"
#include "tests/codec/tiny_model.h"
#include "tests/entropy/random_prior.h"
#include "tests/inference/tiny_networks.h"

namespace {

namespace fs = std::filesystem;
using namespace vqcodec;

void write(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void copy_testdata(const char* from, const std::string& extension, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(codec::testdata(from)))
    if (entry.path().extension() == extension)
      fs::copy_file(entry, to / entry.path().filename(), fs::copy_options::overwrite_existing);
}

void make_image_seeds(const fs::path& folder) {
  copy_testdata("pngsuite", ".png", folder);
  const codec::PeerCodec jpeg = codec::jpeg_peer();
  for (const int channels : {1, 3}) {
    const codec::Image image = vqcodec::testing::test_picture(19, 17, channels);
    const std::string name = channels == 1 ? "grey" : "color";
    write(folder / (name + ".jpg"), jpeg.encode(image, 60));
    write(folder / (name + ".ppm"), codec::write_ppm(image));
  }
  const std::string deep = "P6 2 1 # bits: 9\n511\n";
  std::vector<std::uint8_t> bytes(deep.begin(), deep.end());
  for (int i = 0; i < 12; ++i) bytes.push_back(static_cast<std::uint8_t>(i % 2 == 0 ? 1 : 40 * i));
  write(folder / "deep.ppm", bytes);
}

// The fuzzer takes bytes as a file, as a header's body and as a prior.
void make_model_seeds(const fs::path& folder) {
  copy_testdata("golden", ".vqm", folder);
  copy_testdata("corrupt", ".vqm", folder);
  const auto file = codec::file_bytes(codec::testdata("golden/tiny.vqm"));
  write(folder / "body", codec::read_preamble(file, codec::kModelFile).body);
  entropy::ByteWriter prior;
  codec::read_model(file).prior.write(prior);
  write(folder / "prior", prior.view());
}

void make_networks_seeds(const fs::path& folder) {
  using vqcodec::testing::bytes_of;
  write(folder / "abridged", bytes_of({.abridged = true}));
  write(folder / "blocks", bytes_of({.abridged = true, .options = {.hidden = 1, .blocks = 3}}));
}

// The first byte tells the fuzzer what the others are: 0 a tree, 1 a prior, 2 a slice, plus
// multiples of 3 for its plain columns.
void make_slice_seeds(const fs::path& folder) {
  const entropy::IntegerPixelCnn prior = entropy::random_prior();
  entropy::ByteWriter tree, whole, slice, plain;
  tree.u8(0);
  prior.levels[0].qualities[0].groups[0].tree.write(tree);
  write(folder / "tree", tree.view());
  whole.u8(1);
  prior.write(whole);
  write(folder / "prior", whole.view());
  const entropy::CodeMap coarse = entropy::random_map(prior, 0, 0, 2, 3, 0, 1);
  const entropy::CodeMap map = entropy::random_map(prior, 0, 1, 4, 6, /*escape_every=*/9, 1);
  entropy::CodeMapSource source(map);
  slice.u8(2);
  slice.bytes(entropy::SliceCoder(prior).encode(0, 1, 4, 6, {&coarse, 1}, source).bytes);
  write(folder / "slice", slice.view());
  constexpr int kPlainColumns = 0b001101;
  plain.u8(2 + 3 * kPlainColumns);
  plain.bytes(slice.view().subspan(1));
  write(folder / "plain", plain.view());
}

void make_seeds(const fs::path& folder) {
  for (const char* fuzzer : {"container", "image", "model", "networks", "slice"})
    fs::create_directories(folder / fuzzer);
  copy_testdata("golden", ".vqc", folder / "container");
  copy_testdata("corrupt", ".vqc", folder / "container");
  make_image_seeds(folder / "image");
  make_model_seeds(folder / "model");
  make_networks_seeds(folder / "networks");
  make_slice_seeds(folder / "slice");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "make_seeds FOLDER\n");
    return 2;
  }
  try {
    make_seeds(arguments[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_seeds: %s\n", error.what());
    return 1;
  }
}
