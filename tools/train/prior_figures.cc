#include "tools/train/prior_figures.h"

#include <cstdio>
#include <sstream>

#include "models/codec_model.h"
#include "models/image_dataset.h"
#include "models/integer_export.h"
#include "models/prior_report.h"
#include "tools/output_file.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

namespace {

using models::LevelBits;

std::vector<torch::Tensor> load_pictures(const std::vector<std::string>& paths) {
  std::vector<torch::Tensor> pictures;
  for (const auto& path : paths)
    pictures.push_back(
        models::pad_to_stride(models::load_picture(path).unsqueeze(0).to(torch::kFloat32) / 255));
  return pictures;
}

void write_line(std::ostream& out, std::int64_t quality, const std::string& level,
                const LevelBits& bits, double pixels) {
  out << quality + 1 << ',' << level << ',' << bits.codes / pixels << ','
      << bits.fixed_length / pixels << ',' << bits.zstd / pixels << ',' << bits.order0 / pixels
      << ',' << bits.float_prior / pixels << ',' << bits.integer_prior / pixels << '\n';
}

}  // namespace

void report_prior(models::CodeMapPrior& prior, const std::vector<std::string>& paths,
                  const std::string& csv) {
  if (paths.empty()) return;
  const auto integers = models::export_prior(prior.levels());
  for (auto& level : prior.levels()) level->simulate_integers(false);
  prior.assign_conditionally(false);
  const auto pictures = load_pictures(paths);
  double pixels = 0;
  for (const auto& picture : pictures) pixels += static_cast<double>(picture.numel()) / 3;
  std::ostringstream out;
  out << "quality,level,codes_per_pixel,fixed_length_bpp,zstd_bpp,order0_bpp,float_prior_bpp,"
         "integer_prior_bpp\n";
  std::puts(
      "held-out codes, bits per pixel: fixed length, zstd, order 0, prior (floats, integers)");
  for (std::int64_t q = 0; q < prior.qualities(); ++q) {
    std::vector<LevelBits> levels(prior.levels().size());
    for (const auto& picture : pictures) {
      const auto bits = models::measure_prior(prior, integers, picture, q);
      for (std::size_t l = 0; l < levels.size(); ++l) levels[l] += bits[l];
    }
    LevelBits all;
    for (std::size_t l = 0; l < levels.size(); ++l) {
      write_line(out, q, std::to_string(l), levels[l], pixels);
      all += levels[l];
    }
    write_line(out, q, "all", all, pixels);
    std::printf("quality %lld: %.4f  %.4f  %.4f  %.4f  %.4f\n", static_cast<long long>(q + 1),
                all.fixed_length / pixels, all.zstd / pixels, all.order0 / pixels,
                all.float_prior / pixels, all.integer_prior / pixels);
    std::fflush(stdout);
  }
  write_text(csv, out.str());
}

}  // namespace vqcodec::tools
