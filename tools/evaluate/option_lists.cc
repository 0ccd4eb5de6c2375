#include "tools/evaluate/option_lists.h"

#include <algorithm>
#include <charconv>

#include "codec/evaluation.h"
#include "entropy/error.h"

namespace vqcodec::tools {
namespace {

std::vector<std::string> items(const std::string& list) {
  std::vector<std::string> result;
  for (std::size_t start = 0, end = 0; end != std::string::npos; start = end + 1) {
    end = list.find(',', start);
    result.push_back(list.substr(start, end - start));
  }
  return result;
}

int quality_of(const std::string& text, const std::string& list, int last) {
  int quality = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, quality);
  if (problem != std::errc{} || stop != end || quality < 1 || quality > last)
    throw Error(ErrorKind::kUsage, "--qualities ", list, ": found \"", text, "\", expected 1 to ",
                last, ", as 1-", last, " or 1,2");
  return quality;
}

}  // namespace

std::vector<double> listed_qualities(const std::string& list, int last) {
  std::vector<double> qualities;
  for (const auto& item : items(list.empty() ? "1-" + std::to_string(last) : list)) {
    const auto dash = item.find('-');
    const int from = quality_of(item.substr(0, dash), list, last);
    const int to = dash == std::string::npos ? from : quality_of(item.substr(dash + 1), list, last);
    if (from > to)
      throw Error(ErrorKind::kUsage, "--qualities ", list, ": found \"", item,
                  "\", expected the smaller first");
    for (int quality = from; quality <= to; ++quality) qualities.push_back(quality);
  }
  std::ranges::sort(qualities);
  qualities.erase(std::unique(qualities.begin(), qualities.end()), qualities.end());
  return qualities;
}

bool lists_ms_ssim(const std::string& metrics) {
  const auto names = items(metrics);
  for (const auto& name : names)
    if (std::ranges::none_of(codec::kQualityMeasures,
                             [&](const auto& m) { return m.name == name; }))
      throw Error(ErrorKind::kUsage, "--metrics ", metrics, ": found \"", name,
                  "\", expected psnr or ms-ssim");
  return std::ranges::find(names, "ms-ssim") != names.end();
}

std::vector<codec::PeerCodec> listed_peers(const std::string& list) {
  auto available = codec::available_peers();
  if (list.empty()) return available;
  if (list == "none") return {};
  std::vector<codec::PeerCodec> peers;
  for (const auto& name : items(list)) {
    const auto peer = std::ranges::find(available, name, &codec::PeerCodec::name);
    if (peer == available.end())
      throw Error(ErrorKind::kUnsupported, "--against ", list, ": this build has no codec \"", name,
                  "\"");
    peers.push_back(*peer);
  }
  return peers;
}

}  // namespace vqcodec::tools
