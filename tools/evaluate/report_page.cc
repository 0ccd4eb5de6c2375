#include "tools/evaluate/report_page.h"

#include "tools/evaluate/formatted.h"
#include "tools/evaluate/html.h"
#include "tools/evaluate/page_assets.h"

namespace vqcodec::tools {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// A document of its own as a part of a page: without what comes before its element and without
// names of XML, and with ids that no other chart has.
std::string inline_svg(std::string svg, std::size_t index) {
  const auto start = svg.find("<svg");
  svg.erase(0, start == std::string::npos ? svg.size() : start);
  replace_all(svg, " xmlns=\"http://www.w3.org/2000/svg\"\n", "");
  replace_all(svg, " xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n", "");
  for (const char* use : {"id='", "id=\"", "href='#"})
    replace_all(svg, use, formatted("%schart%zu-", use, index));
  return svg;
}

std::string charts_html(const std::vector<Chart>& charts) {
  if (charts.empty()) return {};
  std::string html = "<section id=\"curves\">\n<h2>Curves</h2>\n";
  for (std::size_t i = 0; i < charts.size(); ++i)
    html += "<figure class=\"chart\"><figcaption>" + escaped(charts[i].title) +
            "</figcaption><div class=\"scroll\" tabindex=\"0\">" + inline_svg(charts[i].svg, i) +
            "</div></figure>\n";
  return html + "</section>\n";
}

std::string caption(const ShownVersion& version) {
  if (!version.psnr_db) return "original";
  return formatted("%s at %.4g: %llu bytes, %.3f bpp, %.2f dB", version.codec.c_str(),
                   version.setting, static_cast<unsigned long long>(version.size_bytes),
                   version.rate_bpp, *version.psnr_db);
}

std::string picture_html(const ShownPicture& picture) {
  const auto& part = picture.part;
  const bool whole = part.width == picture.width && part.height == picture.height;
  auto facts = formatted("%d x %d pixels", picture.width, picture.height);
  if (!whole) facts += formatted(", the middle %d x %d shown", part.width, part.height);
  std::string html = "<article class=\"picture\">\n<h3>" + escaped(picture.name) + " <small>" +
                     facts + "</small></h3>\n" +
                     formatted("<div class=\"stage\" style=\"--width:%d;--height:%d\">\n",
                               part.width, part.height);
  for (const auto& version : picture.versions)
    html += "<figure class=\"version\" data-codec=\"" + escaped(version.codec) + "\">" +
            formatted("<img width=\"%d\" height=\"%d\" alt=\"", part.width, part.height) +
            escaped(picture.name + ", " + version.codec) + "\" src=\"" + version.data_url +
            "\"><figcaption>" + escaped(caption(version)) + "</figcaption></figure>\n";
  return html + "</div>\n</article>\n";
}

std::string pictures_html(const std::vector<ShownPicture>& pictures) {
  if (pictures.empty()) return {};
  std::string html =
      "<section id=\"pictures\">\n<h2>Pictures at equal bytes</h2>\n"
      "<p>Each other codec has the setting, between those measured, that gives its largest file "
      "not above ours, or its first where none is so small; codecs of whole settings round it. "
      "Sizes and PSNR are those of whole files and whole pictures. What is shown was embedded "
      "here as JPEG of quality 95 with full chroma, or as PNG where that is smaller.</p>\n";
  for (const auto& picture : pictures) html += picture_html(picture);
  return html + "</section>\n";
}

}  // namespace

std::string as_html(const ReportPage& page) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      escaped(page.title) + "</title>\n<style>\n" + std::string(page_style()) +
      "</style>\n</head>\n<body>\n<header>\n<h1>" + escaped(page.title) + "</h1>\n<p>" +
      escaped(page.summary) + "</p>\n</header>\n<main>\n" + charts_html(page.charts) +
      pictures_html(page.pictures);
  if (!page.tables.empty()) {
    html += "<section id=\"tables\">\n<h2>Tables</h2>\n";
    for (const auto& table : page.tables) html += as_html(table);
    html += "</section>\n";
  }
  return html + "</main>\n<script>\n" + std::string(page_script()) +
         "</script>\n</body>\n</html>\n";
}

}  // namespace vqcodec::tools
