#include "tools/evaluate/plots.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "codec/image_io.h"
#include "entropy/error.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

Plot small_plot() {
  return {.quality = "PSNR (dB)",
          .curves = {{"ours", CurveRole::kOurs, {{0.1, 26}, {0.8, 35}}},
                     {"jpeg", CurveRole::kPeer, {{0.2, 25}, {1, 33}}},
                     {"VTM", CurveRole::kPublished, {{0.01, 20}, {4, 50}}}}};
}

// A PATH of one folder for as long as it lives.
class SearchPath {
 public:
  explicit SearchPath(const std::string& folder) : before_(std::getenv("PATH")) {
    ::setenv("PATH", folder.c_str(), 1);
  }
  ~SearchPath() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

bool has_gnuplot() { return std::system("command -v gnuplot >/dev/null") == 0; }

std::string text_of(const Sandbox& sandbox, const std::string& name) {
  const auto bytes = sandbox.read(name);
  return {bytes.begin(), bytes.end()};
}

TEST(Plots, ADrawnPlotIsAnSvgAndAPng) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot";
  const Sandbox sandbox;
  ASSERT_TRUE(draw_plot(small_plot(), sandbox.path("psnr")));
  const auto svg = text_of(sandbox, "psnr.svg");
  EXPECT_NE(svg.find("<svg"), std::string::npos);
  EXPECT_TRUE(svg.ends_with("</svg>\n\n")) << svg.substr(svg.size() - 20);
  for (const char* text : {"ours", "jpeg", "VTM (published)", "PSNR (dB)"})
    EXPECT_NE(svg.find(std::string(">") + text), std::string::npos) << text;
  EXPECT_EQ(codec::read_image(sandbox.read("psnr.png")).width, 2000);
  EXPECT_EQ(sandbox.files(), (std::set<std::string>{"psnr.png", "psnr.svg"}));
}

TEST(Plots, TheAxesSpanWhatWasMeasured) {
  const auto script = gnuplot_script(small_plot(), "a.svg", "a.png");
  EXPECT_NE(script.find("set xrange [0.0869565:1.15]"), std::string::npos) << script;
  EXPECT_NE(script.find("set yrange [24.5:35.5]"), std::string::npos) << script;
}

TEST(Plots, PublishedCurvesAreDashedAndSaySo) {
  const auto script = gnuplot_script(small_plot(), "a.svg", "a.png");
  const auto dashed = script.find("dashtype '-' title 'VTM (published)'");
  EXPECT_NE(dashed, std::string::npos) << script;
  EXPECT_GT(script.find("title 'ours'"), dashed);  // Drawn later: on top.
}

TEST(Plots, ANameIsNeverACommand) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot";
  const Sandbox sandbox;
  auto plot = small_plot();
  const auto touch = "touch " + sandbox.path("owned").string();
  plot.curves[0].name = "`" + touch + "`";
  plot.curves[1].name = "'\nsystem('" + touch + "')";
  plot.curves[2].name = "it's \\ @a \"$(" + touch + ")\"";
  plot.quality = "<b>&_{x}";
  ASSERT_TRUE(draw_plot(plot, sandbox.path("psnr")));
  EXPECT_FALSE(sandbox.has("owned"));
  EXPECT_NE(text_of(sandbox, "psnr.svg").find("&lt;b>&amp;_{x}"), std::string::npos);
}

TEST(Plots, WithoutGnuplotThereIsNone) {
  const Sandbox sandbox;
  const SearchPath nothing("/nowhere");
  EXPECT_FALSE(draw_plot(small_plot(), sandbox.path("psnr")));
  EXPECT_TRUE(sandbox.files().empty());
}

TEST(Plots, AGnuplotThatFailsIsAnErrorAndLeavesNothing) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot";
  const Sandbox sandbox;
  EXPECT_THROW(draw_plot(small_plot(), sandbox.path("no/such/folder/psnr")), Error);
  EXPECT_TRUE(sandbox.files().empty());
}

}  // namespace
}  // namespace vqcodec::tools
