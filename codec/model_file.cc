#include "codec/model_file.h"

#include <bit>
#include <future>

#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/format.h"
#include "codec/hex.h"
#include "codec/preamble.h"
#include "entropy/byte_io.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using entropy::ByteReader;
using entropy::ByteWriter;

constexpr std::uint64_t kMaxNameSize = 64;                         // bytes
constexpr std::uint64_t kMaxDescriptionSize = 1024;                // bytes
constexpr std::uint64_t kMaxSectionSize = std::uint64_t{1} << 26;  // bytes, stored or not
constexpr int kMaxCoarsestStride = 1024;
constexpr int kTuningVersion = 2;  // the first whose header says it; those before it are for PSNR

enum Encoding : std::uint8_t { kRaw = 0, kZstd = 1 };

struct Section {
  Encoding encoding = kRaw;
  std::uint64_t stored_size = 0;
  std::uint64_t content_size = 0;
  std::uint64_t checksum = 0;  // checksum64 of the stored bytes
};

struct ModelHeader {
  std::uint64_t fingerprint = 0;
  int coarsest_stride = 0;
  std::string name, description;
  Tuning tuning = Tuning::kPsnr;
  std::vector<QualitySetting> qualities;
  Section prior, networks;
};

// What decides how a picture is read, and nothing else: a model that is renamed or measured anew
// stays the same model.
std::uint64_t fingerprint_of(int coarsest_stride, std::span<const std::uint8_t> prior,
                             std::span<const std::uint8_t> networks) {
  ByteWriter before_prior, before_networks;
  before_prior.u32(static_cast<std::uint32_t>(coarsest_stride));
  before_prior.u64(prior.size());
  before_networks.u64(networks.size());
  return fingerprint64({before_prior.view(), prior, before_networks.view(), networks});
}

// Text reaches the terminal, so control characters are refused.
std::string read_text(ByteReader& reader, std::uint64_t limit, const char* what) {
  const auto bytes = reader.bytes(reader.varint(what, limit), what);
  for (const std::uint8_t byte : bytes) {
    if (byte < 0x20 || byte == 0x7F)
      throw Error(ErrorKind::kCorrupt, "header: ", what, " holds control character ", int{byte});
  }
  return {bytes.begin(), bytes.end()};
}

void write_text(ByteWriter& writer, const std::string& text) {
  writer.varint(text.size());
  for (const char letter : text) writer.u8(static_cast<std::uint8_t>(letter));
}

Section read_section_entry(ByteReader& reader, const char* what) {
  Section section;
  const int encoding = reader.u8(what);
  if (encoding > kZstd)
    throw Error(ErrorKind::kCorrupt, "header: ", what, " has encoding ", encoding,
                ", expected 0 or 1");
  section.encoding = static_cast<Encoding>(encoding);
  section.stored_size = reader.varint(what, kMaxSectionSize);
  section.content_size = reader.varint(what, kMaxSectionSize);
  section.checksum = reader.u64(what);
  return section;
}

void write_section_entry(ByteWriter& writer, const Section& section) {
  writer.u8(section.encoding);
  writer.varint(section.stored_size);
  writer.varint(section.content_size);
  writer.u64(section.checksum);
}

ModelHeader read_header(const Preamble& preamble) {
  ByteReader reader(preamble.body, "header");
  ModelHeader header;
  header.fingerprint = reader.u64("fingerprint");
  header.coarsest_stride = static_cast<int>(reader.varint("coarsest stride", kMaxCoarsestStride));
  if (!std::has_single_bit(static_cast<unsigned>(header.coarsest_stride)))
    throw Error(ErrorKind::kCorrupt, "header: coarsest stride is ", header.coarsest_stride,
                ", expected a power of two");
  header.name = read_text(reader, kMaxNameSize, "name");
  header.description = read_text(reader, kMaxDescriptionSize, "description");
  header.qualities.resize(static_cast<std::size_t>(reader.varint("qualities", kMaxQualities)));
  for (QualitySetting& setting : header.qualities) {
    setting.lambda = std::bit_cast<double>(reader.u64("lambda"));
    setting.rate_bpp = std::bit_cast<double>(reader.u64("rate"));
    setting.psnr_db = std::bit_cast<double>(reader.u64("PSNR"));
  }
  header.prior = read_section_entry(reader, "prior in the table");
  header.networks = read_section_entry(reader, "networks in the table");
  if (preamble.version >= kTuningVersion) {
    const int tuning = reader.u8("tuning");
    if (tuning > static_cast<int>(Tuning::kMsSsim))
      throw Error(ErrorKind::kUnsupported, "header: tuning ", tuning,
                  ", this program knows 0 and 1");
    header.tuning = static_cast<Tuning>(tuning);
  }
  reader.expect_end();
  return header;
}

// Weights hardly shrink; then they are stored as they are, which reads faster.
std::vector<std::uint8_t> pack(std::span<const std::uint8_t> content, Section& section) {
  std::vector<std::uint8_t> stored = zstd_compress(content);
  section.encoding = kZstd;
  if (stored.size() > content.size() - content.size() / 20) {
    stored.assign(content.begin(), content.end());
    section.encoding = kRaw;
  }
  section.stored_size = stored.size();
  section.content_size = content.size();
  section.checksum = checksum64(stored);
  if (content.size() > kMaxSectionSize)
    throw Error(ErrorKind::kResource, "model: a section of ", content.size(), " bytes, at most ",
                kMaxSectionSize, " fit");
  return stored;
}

std::vector<std::uint8_t> unpack(std::span<const std::uint8_t> stored, const Section& section,
                                 const char* what) {
  const std::uint64_t computed = checksum64(stored);
  if (computed != section.checksum)
    throw Error(ErrorKind::kCorrupt, what, ": checksum is ", hex(computed), ", the header says ",
                hex(section.checksum));
  std::vector<std::uint8_t> content =
      section.encoding == kZstd
          ? zstd_decompress(stored, static_cast<std::size_t>(section.content_size), what)
          : std::vector<std::uint8_t>(stored.begin(), stored.end());
  if (content.size() != section.content_size)
    throw Error(ErrorKind::kCorrupt, what, ": ", content.size(), " bytes, the header says ",
                section.content_size);
  return content;
}

// The parts of a model must fit each other.
void check_shape(const ModelFile& model, ErrorKind kind) {
  const int levels = model.levels();
  if (levels < 1 || levels > kMaxLevels || model.coarsest_stride >> (levels - 1) < 1)
    throw Error(kind, "model: ", levels, " levels at a coarsest stride of ", model.coarsest_stride);
  if (model.qualities.empty() || model.qualities.size() > kMaxQualities)
    throw Error(kind, "model: ", model.qualities.size(), " qualities, expected 1..", kMaxQualities);
  for (const auto& level : model.prior.levels) {
    if (level.qualities.size() != model.qualities.size())
      throw Error(kind, "model: ", model.qualities.size(), " qualities, its prior has ",
                  level.qualities.size());
  }
}

}  // namespace

std::vector<std::uint8_t> write_model(const ModelFile& model) {
  check_shape(model, ErrorKind::kInternal);
  ByteWriter prior;
  model.prior.write(prior);
  ModelHeader header;
  const auto stored_prior = pack(prior.view(), header.prior);
  const auto stored_networks = pack(model.networks, header.networks);

  ByteWriter body;
  body.u64(fingerprint_of(model.coarsest_stride, prior.view(), model.networks));
  body.varint(static_cast<std::uint64_t>(model.coarsest_stride));
  write_text(body, model.name);
  write_text(body, model.description);
  body.varint(model.qualities.size());
  for (const QualitySetting& setting : model.qualities) {
    body.u64(std::bit_cast<std::uint64_t>(setting.lambda));
    body.u64(std::bit_cast<std::uint64_t>(setting.rate_bpp));
    body.u64(std::bit_cast<std::uint64_t>(setting.psnr_db));
  }
  write_section_entry(body, header.prior);
  write_section_entry(body, header.networks);

  FileType type = kModelFile;
  if (model.tuning == Tuning::kPsnr)
    type.version = kTuningVersion - 1;  // older programs read it
  else
    body.u8(static_cast<std::uint8_t>(model.tuning));
  ByteWriter file;
  file.bytes(write_preamble(type, body.view()));
  file.bytes(stored_prior);
  file.bytes(stored_networks);
  return file.take();
}

ModelFile read_model(std::span<const std::uint8_t> bytes) {
  const Preamble preamble = read_preamble(bytes, kModelFile);
  const ModelHeader header = read_header(preamble);
  const std::string part = "model " + hex(header.fingerprint);
  ByteReader reader(bytes.subspan(preamble.header_size), part);
  const auto stored_prior = reader.bytes(header.prior.stored_size, "prior");
  const auto stored_networks = reader.bytes(header.networks.stored_size, "networks");
  reader.expect_end();

  // Side by side, since programs that decode a picture wait for it.
  ModelFile model;
  auto networks = std::async(std::launch::async, [&] {
    return unpack(stored_networks, header.networks, (part + ": networks").c_str());
  });
  const auto prior = unpack(stored_prior, header.prior, (part + ": prior").c_str());
  model.networks = networks.get();
  auto read_prior = std::async(std::launch::async, [&] {
    ByteReader prior_reader(prior, "prior");
    auto result = entropy::IntegerPixelCnn::read(prior_reader);
    prior_reader.expect_end();
    return result;
  });
  model.fingerprint = fingerprint_of(header.coarsest_stride, prior, model.networks);
  if (model.fingerprint != header.fingerprint)
    throw Error(ErrorKind::kCorrupt, part, ": its content has fingerprint ",
                hex(model.fingerprint));
  model.prior = read_prior.get();
  model.name = header.name;
  model.description = header.description;
  model.tuning = header.tuning;
  model.coarsest_stride = header.coarsest_stride;
  model.qualities = header.qualities;
  check_shape(model, ErrorKind::kCorrupt);
  return model;
}

ModelSummary summarize_model(std::span<const std::uint8_t> bytes) {
  const Preamble preamble = read_preamble(bytes, kModelFile);
  ModelHeader header = read_header(preamble);
  const std::uint64_t size_bytes =
      preamble.header_size + header.prior.stored_size + header.networks.stored_size;
  if (size_bytes != bytes.size())
    throw Error(ErrorKind::kCorrupt, "model ", hex(header.fingerprint), ": ", bytes.size(),
                " bytes, its header says ", size_bytes);
  return {.name = std::move(header.name),
          .description = std::move(header.description),
          .tuning = header.tuning,
          .fingerprint = header.fingerprint,
          .qualities = std::move(header.qualities),
          .size_bytes = size_bytes};
}

}  // namespace vqcodec::codec
