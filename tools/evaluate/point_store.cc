#include "tools/evaluate/point_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "codec/hex.h"
#include "entropy/error.h"
#include "tools/evaluate/csv.h"

namespace vqcodec::tools {
namespace {

constexpr std::string_view kColumns =
    "codec,model,setting,picture,picture_checksum,size_bytes,bpp,psnr_rgb_db,psnr_luma_db,ssim,"
    "ms_ssim,encode_seconds,decode_seconds,encode_peak_bytes,decode_peak_bytes,threads\n";
constexpr std::size_t kColumnCount = 16;

// The shortest text that reads back as the same value.
template <typename Number>
std::string text_of(Number value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string text_if_any(const std::optional<double>& value) {
  return value ? text_of(*value) : std::string();
}

std::string text_if_counted(std::uint64_t bytes) { return bytes > 0 ? text_of(bytes) : ""; }

template <typename Number>
std::optional<Number> number_if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(csv_number<Number>(text));
}

std::string row_of(const PointKey& key, const std::string& picture_name,
                   const codec::Measurement& point) {
  std::string row;
  for (const auto& field :
       {csv_field(key.codec), key.model, text_of(key.setting), csv_field(picture_name),
        codec::hex(key.picture), text_of(point.size_bytes), text_of(point.rate_bpp),
        text_of(point.psnr_db), text_of(point.psnr_luma_db), text_if_any(point.ssim),
        text_if_any(point.ms_ssim), text_of(point.encode_seconds), text_of(point.decode_seconds),
        text_if_counted(point.encode_peak_bytes), text_if_counted(point.decode_peak_bytes),
        text_if_counted(static_cast<std::uint64_t>(key.threads))})
    row += (row.empty() ? "" : ",") + field;
  return row + "\n";
}

struct Row {
  PointKey key;
  std::string picture_name;
  codec::Measurement point;
};

Row parse_row(std::string_view line) {
  const auto fields = csv_fields(line);
  if (fields.size() != kColumnCount)
    throw Error(ErrorKind::kCorrupt, "found ", fields.size(), " fields, expected ", kColumnCount);
  PointKey key{.codec = fields[0],
               .model = fields[1],
               .setting = csv_number<double>(fields[2]),
               .picture = csv_number<std::uint64_t>(fields[4], 16),
               .threads = number_if_any<int>(fields[15]).value_or(0)};
  return {std::move(key),
          fields[3],
          {.size_bytes = csv_number<std::uint64_t>(fields[5]),
           .rate_bpp = csv_number<double>(fields[6]),
           .psnr_db = csv_number<double>(fields[7]),
           .psnr_luma_db = csv_number<double>(fields[8]),
           .ssim = number_if_any<double>(fields[9]),
           .ms_ssim = number_if_any<double>(fields[10]),
           .encode_seconds = csv_number<double>(fields[11]),
           .decode_seconds = csv_number<double>(fields[12]),
           .encode_peak_bytes = number_if_any<std::uint64_t>(fields[13]).value_or(0),
           .decode_peak_bytes = number_if_any<std::uint64_t>(fields[14]).value_or(0)}};
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The whole lines of the file; what a killed run left of a further one is cut off.
std::string whole_lines(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  const auto bytes = library::read_file(path);
  std::string text(bytes.begin(), bytes.end());
  text.resize(text.rfind('\n') + 1);  // npos + 1 is 0.
  if (text.size() != bytes.size()) std::filesystem::resize_file(path, text.size());
  return text;
}

[[noreturn]] void throw_other_run(const Row& row) {
  throw Error(ErrorKind::kUsage, "found a point of another run (",
              row.key.codec + (row.key.model.empty() ? "" : " " + row.key.model), " at ",
              row.key.setting, " of ", row.picture_name,
              row.key.threads > 0 ? " with -T " + std::to_string(row.key.threads) : "",
              "); --resume keeps such points, -f starts anew");
}

}  // namespace

std::string in_a_row(std::string picture_name) {
  std::ranges::replace(picture_name, '\n', ' ');
  return picture_name;
}

PointStore::PointStore(const std::string& path, OldPoints old_points, const Asked& asked) {
  const std::string text = old_points == OldPoints::kForgotten ? "" : whole_lines(path);
  std::string_view rest = text;
  if (!rest.empty() && !rest.starts_with(kColumns))
    throw Error(ErrorKind::kCorrupt, path, ": line 1: found other columns, expected ",
                kColumns.substr(0, kColumns.size() - 1), "; -f starts anew");
  rest.remove_prefix(std::min(rest.size(), kColumns.size()));
  for (int line = 2; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    library::naming(path + ": line " + std::to_string(line), [&] {
      const auto row = parse_row(rest.substr(0, end));
      if (old_points == OldPoints::kOfThisRun && !asked(row.key, row.picture_name))
        throw_other_run(row);
      points_.insert_or_assign(row.key, row.point);
    });
    rest.remove_prefix(end + 1);
  }
  const int empty_it = old_points == OldPoints::kForgotten ? O_TRUNC : 0;
  file_ = std::make_unique<library::FileDescriptor>(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | empty_it, 0666));
  if (file_->get() < 0) library::naming(path, [] { library::throw_system_error("cannot open"); });
  if (text.empty()) library::write_all(file_->get(), bytes_of(kColumns));
}

const codec::Measurement* PointStore::find(const PointKey& key) const {
  const auto found = points_.find(key);
  return found == points_.end() ? nullptr : &found->second;
}

const codec::Measurement& PointStore::add(const PointKey& key, const std::string& picture_name,
                                          const codec::Measurement& point) {
  if (file_) library::write_all(file_->get(), bytes_of(row_of(key, picture_name, point)));
  return points_.insert_or_assign(key, point).first->second;
}

}  // namespace vqcodec::tools
