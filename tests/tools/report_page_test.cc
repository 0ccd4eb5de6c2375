#include "tools/evaluate/report_page.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdlib>

#include "codec/image_io.h"
#include "codec/metrics.h"
#include "entropy/error.h"
#include "tests/tools/sandbox.h"
#include "tools/evaluate/equal_bytes.h"
#include "tools/evaluate/html.h"
#include "tools/evaluate/page_assets.h"

namespace vqcodec::tools {
namespace {

constexpr std::size_t kMiddle = (24 * 64 + 32) * 3;  // of a picture of 64 x 48

// A codec of a given name whose files are as many bytes as the setting says, and as good.
codec::PeerCodec sized_codec(const std::string& name) {
  return {.name = name,
          .settings = {},
          .encode =
              [](const codec::Image&, double setting) {
                return std::vector<std::uint8_t>(static_cast<std::size_t>(setting), 7);
              },
          .decode =
              [](std::span<const std::uint8_t> bytes) {
                auto image = test_picture(64, 48);
                image.pixels[kMiddle] = static_cast<std::uint8_t>(bytes.size());
                return image;
              },
          .sweep = {10, 100, 1000}};
}

ShownPicture small_picture(const std::string& name) {
  const std::vector<codec::PeerCodec> others = {sized_codec("avif")};
  return shown_picture(name, test_picture(64, 48), sized_codec("vqcodec"), 50, others, 32);
}

ReportPage small_page() {
  return {
      .title = "two pictures",
      .summary = "model <b>",
      .charts = {{"PSNR",
                  "<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 9 9\"\n "
                  "xmlns=\"http://www.w3.org/2000/svg\"\n "
                  "xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n>"
                  "<g id='a'/><use xlink:href='#a'/></svg>"}},
      .pictures = {small_picture("one.png"), small_picture("two.png")},
      .tables = {{.title = "points", .note = "means", .header = {"a", "b"}, .rows = {{"x", "1"}}}}};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++found;
  return found;
}

std::vector<std::uint8_t> bytes_of_url(const std::string& url) {
  const auto text = url.substr(url.find(',') + 1);
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  return bytes;  // with up to two zeros more
}

TEST(Html, TextIsNeverMarkup) {
  EXPECT_EQ(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;'");
  EXPECT_EQ(escaped("Ä"), "Ä");
  const auto table =
      as_html(Table{.title = "<t>", .note = "", .header = {"<h>"}, .rows = {{"<c>"}}});
  EXPECT_EQ(count(table, "&lt;"), 3u);
  EXPECT_EQ(table.find("<c>"), std::string::npos);
}

TEST(Html, ColumnsOfNumbersAreAlignedAsSuch) {
  const auto table = as_html(Table{.title = "",
                                   .note = "",
                                   .header = {"name", "rate"},
                                   .rows = {{"x", "0.25"}, {"2", "-3 %"}, {"3", ""}}});
  EXPECT_EQ(count(table, "class=\"number\""), 4u) << table;
}

TEST(EqualBytes, TheLargestFileNotAboveIsFound) {
  const auto codec = sized_codec("x");
  for (const std::uint64_t size : {10u, 11u, 57u, 99u, 100u, 400u, 999u}) {
    const auto file = file_within(codec, {}, size);
    EXPECT_LE(file.bytes.size(), size);
    EXPECT_GE(1.07 * static_cast<double>(file.bytes.size()) + 2, static_cast<double>(size));
  }
  EXPECT_EQ(file_within(codec, {}, 5).setting, 10);        // The smallest there is.
  EXPECT_EQ(file_within(codec, {}, 50000).setting, 1000);  // The largest.
}

TEST(EqualBytes, ASweepMayDescend) {
  auto codec = sized_codec("x");
  codec.encode = [](const codec::Image&, double setting) {
    return std::vector<std::uint8_t>(static_cast<std::size_t>(100 - setting));
  };
  codec.sweep = {60, 30, 10};
  EXPECT_EQ(file_within(codec, {}, 55).bytes.size(), 55u);
}

TEST(ShownPictures, TheOriginalOursAndTheOthersAtEqualBytesAreShown) {
  const auto picture = small_picture("one.png");
  ASSERT_EQ(picture.versions.size(), 3u);
  EXPECT_EQ(picture.versions[0].codec, "original");
  EXPECT_FALSE(picture.versions[0].psnr_db);
  EXPECT_EQ(picture.versions[1].size_bytes, 50u);
  EXPECT_LE(picture.versions[2].size_bytes, 50u);
  EXPECT_GE(picture.versions[2].size_bytes, 48u);
  EXPECT_EQ(picture.part, (codec::Rectangle{16, 8, 32, 32}));
  auto decoded = test_picture(64, 48);
  decoded.pixels[kMiddle] = 50;
  EXPECT_NE(picture.versions[1].data_url, picture.versions[0].data_url);
  EXPECT_EQ(*picture.versions[1].psnr_db, codec::psnr_rgb_db(test_picture(64, 48), decoded));
}

TEST(ShownPictures, EmbeddedPicturesHoldTheMiddle) {
  auto original = test_picture(64, 48);
  codec::Image part;
  part.width = part.height = 32;
  part.channels = 3;
  for (int y = 8; y < 40; ++y)
    for (int x = 16; x < 48; ++x)
      for (int channel = 0; channel < 3; ++channel)
        part.pixels.push_back(
            original.pixels[static_cast<std::size_t>((y * 64 + x) * 3 + channel)]);
  const auto shown = codec::read_image(bytes_of_url(small_picture("a").versions[0].data_url));
  EXPECT_GT(codec::psnr_rgb_db(part, shown), 38);
}

TEST(ShownPictures, DrawingsAreEmbeddedExactly) {
  codec::Image drawing = test_picture(64, 48);
  drawing.pixels.assign(drawing.pixels.size(), 255);
  for (std::size_t i = 0; i < drawing.pixels.size(); i += 300) drawing.pixels[i] = 0;
  drawing.alpha.assign(drawing.area(), 9);
  const auto url = data_url(drawing);
  EXPECT_TRUE(url.starts_with("data:image/png;base64,"));
  const auto shown = codec::read_image(bytes_of_url(url));
  EXPECT_EQ(shown.pixels, drawing.pixels);
  EXPECT_TRUE(shown.alpha.empty());
}

TEST(ShownPictures, ACodecThatCannotHoldThePictureIsLeftOut) {
  auto broken = sized_codec("tiny");
  broken.encode = [](const codec::Image&, double) -> std::vector<std::uint8_t> {
    throw Error(ErrorKind::kUnsupported, "too large");
  };
  const std::vector<codec::PeerCodec> others = {broken, sized_codec("jpeg")};
  const auto picture =
      shown_picture("a", test_picture(64, 48), sized_codec("vqcodec"), 50, others, 32);
  ASSERT_EQ(picture.versions.size(), 3u);
  EXPECT_EQ(picture.versions[2].codec, "jpeg");
}

TEST(ReportPage, LoadsNothing) {
  const auto html = as_html(small_page());
  for (const char* link : {"http:", "https:", "src=\"/", "<link", "@import", "url(", "fetch("})
    EXPECT_EQ(html.find(link), std::string::npos) << link;
  EXPECT_EQ(count(html, " src=\""), count(html, " src=\"data:image/"));
}

TEST(ReportPage, HoldsItsPartsAndItsMarkupIsBalanced) {
  const auto html = as_html(small_page());
  EXPECT_EQ(count(html, "<img "), 6u);
  EXPECT_EQ(count(html, "<svg"), 1u);
  EXPECT_NE(html.find(page_style()), std::string::npos);
  EXPECT_NE(html.find(page_script()), std::string::npos);
  EXPECT_NE(html.find("model &lt;b&gt;"), std::string::npos);
  for (const std::string name :
       {"html", "head",  "body",  "main",  "section", "article", "figure", "figcaption",
        "div",  "table", "thead", "tbody", "tr",      "th",      "td",     "h1",
        "h2",   "h3",    "p",     "svg",   "script",  "style"})
    EXPECT_EQ(count(html, "<" + name + ">") + count(html, "<" + name + " "),
              count(html, "</" + name + ">"))
        << name;
  if (std::system("command -v tidy >/dev/null") != 0) return;
  const Sandbox sandbox;
  sandbox.write("r.html", {html.begin(), html.end()});
  EXPECT_EQ(sandbox.run("tidy -q -e --drop-empty-elements no r.html").err, "");
}

TEST(ReportPage, IdsOfChartsAreTheirOwn) {
  auto page = small_page();
  page.charts.push_back(page.charts[0]);
  const auto html = as_html(page);
  EXPECT_EQ(count(html, "id='chart0-a'"), 1u);
  EXPECT_EQ(count(html, "href='#chart0-a'"), 1u);
  EXPECT_EQ(count(html, "id='chart1-a'"), 1u);
}

TEST(ReportPage, NamesAreNeverMarkup) {
  auto page = small_page();
  page.pictures[0].name = "\"><script>alert(1)</script>";
  page.pictures[0].versions[2].codec = "\"><i>";
  page.title = "</title><i>";
  page.tables[0].rows[0][0] = "<i>";
  const auto html = as_html(page);
  EXPECT_EQ(html.find("<i>"), std::string::npos);
  EXPECT_EQ(count(html, "<script>"), 1u);
}

TEST(ReportPage, IsTheSameForTheSameInput) {
  EXPECT_EQ(as_html(small_page()), as_html(small_page()));
}

}  // namespace
}  // namespace vqcodec::tools
