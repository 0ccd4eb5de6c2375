// tools/evaluate/report.h: what an evaluation leaves to look at: plots, and a page with all.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tools/command.h"
#include "tools/evaluate/anchors.h"
#include "tools/evaluate/evaluation.h"
#include "tools/evaluate/summary.h"
#include "tools/evaluate/table.h"

namespace vqcodec::tools {

struct ReportOptions {
  std::string anchors;        // a table of published curves; empty: none
  std::string anchor_codecs;  // as chosen_anchors() takes it
  int pictures = 8;           // shown; the first
  int side_pixels = 384;      // the most that is shown of one, around its middle
  int quality = 0;            // at which they are; 0: amid those measured
  std::string beside;  // the codec that stands beside ours at first; empty: AVIF or the first
};

void add_report_options(CLI::App& parser, ReportOptions& options);

// What the options come to; made before anything is measured, so that a wrong one costs no time.
struct ReportPlan {
  std::vector<PublishedCurve> published;
  std::vector<codec::PeerCodec> shown;  // ours, then the one beside it, then the others; may be
                                        // empty: there is none of ours
  double quality = 0;
  std::size_t pictures = 0;
  int side_pixels = 0;
};

// codecs: ours, which are as many as own_codecs, then the others. Throws as read_anchors() and
// chosen_anchors() do, (kUsage) for a codec or a quality that is not evaluated.
ReportPlan plan_report(const ReportOptions& options, std::span<const EvaluatedCodec> codecs,
                       std::size_t own_codecs);

// Writes psnr and ms-ssim as .svg and .png (without gnuplot it says so and leaves them out) and
// report.html. pictures: files, all of which the codecs can hold. further: tables that follow the
// report's own. Throws as encoding, decoding and writing do.
void write_report(const std::filesystem::path& folder, const ReportPlan& plan,
                  const EvaluationReport& report, std::span<const std::string> pictures,
                  std::span<const Table> further, bool quiet);

}  // namespace vqcodec::tools
