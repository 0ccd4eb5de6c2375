#include "codec/model_file.h"

#include <gtest/gtest.h>

#include "codec/preamble.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"
#include "tests/codec/tiny_model.h"

namespace vqcodec::codec {
namespace {

using namespace vqcodec::testing;

std::vector<std::uint8_t> tiny_bytes() { return write_model(tiny_model()); }

TEST(ModelFile, ReturnsWhatWasWritten) {
  ModelFile model = tiny_model();
  model.description = "another line";
  model.networks.assign(5000, 3);  // zstd pays
  const auto bytes = write_model(model);
  EXPECT_LT(bytes.size(), 20000U);
  const ModelFile read = read_model(bytes);
  EXPECT_EQ(read.name, model.name);
  EXPECT_EQ(read.description, model.description);
  EXPECT_EQ(read.coarsest_stride, model.coarsest_stride);
  EXPECT_EQ(read.networks, model.networks);
  EXPECT_EQ(read.levels(), kTinyLevels);
  EXPECT_EQ(read.qualities.back().psnr_db, 27);
  EXPECT_EQ(write_model(read), bytes);
}

// The figures are measured after training; they must not orphan the files made before.
TEST(ModelFile, FingerprintNamesWhatDecodesAndNothingElse) {
  ModelFile model = tiny_model();
  const std::uint64_t fingerprint = model.fingerprint;
  model.name = "renamed";
  model.qualities[0].rate_bpp = 9;
  EXPECT_EQ(read_model(write_model(model)).fingerprint, fingerprint);
  ++model.networks.front();
  EXPECT_NE(read_model(write_model(model)).fingerprint, fingerprint);
  EXPECT_NE(tiny_model(/*seed=*/8).fingerprint, fingerprint);
}

TEST(ModelFile, SummaryAgreesWithTheModel) {
  const ModelFile model = tiny_model();
  const auto bytes = tiny_bytes();
  const ModelSummary summary = summarize_model(bytes);
  EXPECT_EQ(summary.name, model.name);
  EXPECT_EQ(summary.description, model.description);
  EXPECT_EQ(summary.fingerprint, model.fingerprint);
  EXPECT_EQ(summary.size_bytes, bytes.size());
  ASSERT_EQ(summary.qualities.size(), model.qualities.size());
  EXPECT_EQ(summary.qualities[1].lambda, model.qualities[1].lambda);
}

TEST(ModelFile, ReportsEveryCut) {
  const auto bytes = tiny_bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::span<const std::uint8_t> cut(bytes.data(), size);
    ASSERT_EQ(error_of([&] { read_model(cut); }), ErrorKind::kCorrupt) << size;
    ASSERT_EQ(error_of([&] { summarize_model(cut); }), ErrorKind::kCorrupt) << size;
  }
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(error_of([&] { read_model(longer); }), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of([&] { summarize_model(longer); }), ErrorKind::kCorrupt);
}

TEST(ModelFile, ReportsEveryChangedByte) {
  const auto bytes = tiny_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int change : {1, 0x80, 0xFF}) {
      auto changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ change);
      ASSERT_EQ(error_of([&] { read_model(changed); }), ErrorKind::kCorrupt) << i;
    }
  }
}

TEST(ModelFile, TellsAnotherVersionFromDamage) {
  const auto bytes = tiny_bytes();
  FileType future = kModelFile;
  future.version = kModelFile.version + 1;
  auto other = write_preamble(future, read_preamble(bytes, kModelFile).body);
  EXPECT_EQ(error_of([&] { read_model(other); }), ErrorKind::kUnsupported);
  EXPECT_EQ(error_of([&] { summarize_model(other); }), ErrorKind::kUnsupported);
  other.back() ^= 1;
  EXPECT_EQ(error_of([&] { read_model(other); }), ErrorKind::kCorrupt);
}

TEST(ModelFile, OnlyAModelOfAnotherTuningNeedsTheNewerVersion) {
  ModelFile model = tiny_model();
  const auto plain = write_model(model);
  EXPECT_EQ(read_preamble(plain, kModelFile).version, 1);
  EXPECT_EQ(read_model(plain).tuning, Tuning::kPsnr);
  model.tuning = Tuning::kMsSsim;
  const auto tuned = write_model(model);
  EXPECT_EQ(read_preamble(tuned, kModelFile).version, 2);
  EXPECT_EQ(read_model(tuned).tuning, Tuning::kMsSsim);
  EXPECT_EQ(summarize_model(tuned).tuning, Tuning::kMsSsim);
  EXPECT_EQ(read_model(tuned).fingerprint, read_model(plain).fingerprint);
}

TEST(ModelFile, RefusesATuningItDoesNotKnow) {
  ModelFile model = tiny_model();
  model.tuning = static_cast<Tuning>(2);
  EXPECT_EQ(error_of([&] { read_model(write_model(model)); }), ErrorKind::kUnsupported);
}

// Qualities of header and prior disagree, though every checksum holds.
TEST(ModelFile, RefusesPartsThatDoNotFit) {
  const auto bytes = tiny_bytes();
  const Preamble preamble = read_preamble(bytes, kModelFile);
  std::vector<std::uint8_t> body(preamble.body.begin(), preamble.body.end());
  // fingerprint 8, stride 1, name 1 + 4, description 1 + 23; then the number of qualities
  const std::size_t place = 8 + 1 + 5 + 1 + tiny_model().description.size();
  ASSERT_EQ(body[place], kTinyQualities);
  body[place] = kTinyQualities - 1;
  body.erase(body.begin() + static_cast<std::ptrdiff_t>(place) + 1,
             body.begin() + static_cast<std::ptrdiff_t>(place) + 25);
  FileType type = kModelFile;
  type.version = preamble.version;
  auto changed = write_preamble(type, body);
  changed.insert(changed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(preamble.header_size),
                 bytes.end());
  EXPECT_EQ(error_of([&] { read_model(changed); }), ErrorKind::kCorrupt);
}

// What a model says of itself is printed.
TEST(ModelFile, RefusesControlCharactersInItsText) {
  ModelFile model = tiny_model();
  model.description = "red \x1b[31m";
  const auto bytes = write_model(model);
  EXPECT_EQ(error_of([&] { summarize_model(bytes); }), ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace vqcodec::codec
