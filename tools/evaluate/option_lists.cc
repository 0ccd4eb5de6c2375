#include "tools/evaluate/option_lists.h"

#include <algorithm>
#include <charconv>

#include "entropy/error.h"
#include "tools/evaluate/peer_list.h"

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

std::string names_of(const std::vector<codec::PeerCodec>& peers) {
  std::string names;
  for (const auto& peer : peers) names += (names.empty() ? "" : ", ") + peer.name;
  return names;
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

codec::MetricChoice listed_metrics(const std::string& list) {
  codec::MetricChoice choice{.ssim = false, .ms_ssim = false};
  for (const auto& name : items(list)) {
    if (name == "ssim")
      choice.ssim = true;
    else if (name == "ms-ssim")
      choice.ms_ssim = true;
    else if (name != "psnr")
      throw Error(ErrorKind::kUsage, "--metrics ", list, ": found \"", name,
                  "\", expected psnr, ms-ssim or ssim");
  }
  return choice;
}

std::vector<codec::PeerCodec> listed_peers(const std::string& list) {
  if (list == kNothing) return {};
  const auto available = available_peers();
  if (list.empty()) return available;
  std::vector<codec::PeerCodec> peers;
  for (const auto& name : items(list)) {
    const auto peer = std::ranges::find(available, name, &codec::PeerCodec::name);
    if (std::ranges::find(peers, name, &codec::PeerCodec::name) != peers.end()) continue;
    constexpr std::string_view kOptional[] = {"webp", "avif", "jxl", "jp2"};
    if (peer == available.end() && std::ranges::find(kOptional, name) == std::end(kOptional))
      throw Error(ErrorKind::kUsage, "--against ", list, ": found \"", name,
                  "\", expected some of jpeg, webp, avif, jxl, jp2");
    if (peer == available.end())
      throw Error(
          ErrorKind::kUnsupported, "--against ", list, ": found \"", name, "\", this build has ",
          names_of(available),
          "; for webp, avif, jxl or jp2 install its library (tools/setup.sh) and build anew");
    peers.push_back(*peer);
  }
  return peers;
}

}  // namespace vqcodec::tools
