#include "tools/train/codebook_report.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "codec/evaluation.h"
#include "models/codebook_usage.h"
#include "models/codec_model.h"

namespace vqcodec::tools {

namespace {

codec::MeanCurve curve(const std::vector<codec::QualitySetting>& qualities) {
  codec::MeanCurve curve;
  for (const auto& quality : qualities)
    curve.points.push_back({.rate_bpp = quality.rate_bpp, .psnr_db = quality.psnr_db});
  return curve;
}

// Mean and lowest of some values.
class Spread {
 public:
  void add(double value) {
    sum_ += value;
    least_ = std::min(least_, value);
    ++count_;
  }
  double mean() const { return sum_ / std::max(1, count_); }
  double least() const { return count_ == 0 ? 0 : least_; }

 private:
  double sum_ = 0, least_ = std::numeric_limits<double>::infinity();
  int count_ = 0;
};

// The codes of one level and quality, each group by itself.
class LevelHealth {
 public:
  explicit LevelHealth(const models::LevelQuantizer& quantizer) {
    for (const auto& group : quantizer.groups) {
      groups_.emplace_back(models::LevelQuantizer{
          .layout = quantizer.layout, .groups = {group}, .weights = quantizer.weights});
      codewords_.push_back(group.codebook.size());
    }
  }

  void add(const models::Quantized& coded) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const auto first = static_cast<std::int64_t>(g);
      groups_[g].add(coded.codes.slice(1, first, first + 1));
    }
    codes_ += coded.codes.numel();
    escapes_ += coded.leaves.ne(coded.codes).sum().item<std::int64_t>();
  }

  void print() const {
    Spread used, perplexity;
    std::int64_t groups = 0, codewords = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (codewords_[g] < 2) continue;
      const auto figures = groups_[g].figures();
      used.add(100 * figures.used);
      perplexity.add(figures.perplexity);
      codewords += codewords_[g];
      ++groups;
    }
    std::printf("%6lld  %9lld  %4.0f  %5.0f  %10.1f  %5.1f  %7.2f\n",
                static_cast<long long>(groups), static_cast<long long>(codewords), used.mean(),
                used.least(), perplexity.mean(), perplexity.least(),
                100 * static_cast<double>(escapes_) / static_cast<double>(codes_));
  }

 private:
  std::vector<models::CodebookUsage> groups_;
  std::vector<std::int64_t> codewords_;  // [group]
  std::int64_t codes_ = 0, escapes_ = 0;
};

}  // namespace

void print_comparison(const std::vector<codec::QualitySetting>& before,
                      const std::vector<codec::QualitySetting>& after) {
  std::puts("\nheld-out pictures, whole files: before, after");
  std::puts("quality  bpp     PSNR        bpp     PSNR");
  for (std::size_t q = 0; q < before.size(); ++q)
    std::printf("%-7zu  %.4f  %5.2f dB    %.4f  %5.2f dB\n", q + 1, before[q].rate_bpp,
                before[q].psnr_db, after[q].rate_bpp, after[q].psnr_db);
  const auto change =
      codec::compare_curves(curve(before), curve(after), codec::kQualityMeasures.front(), {});
  if (change.percent)
    std::printf("bits at equal PSNR, %.1f to %.1f dB: %+.2f %%\n", change.range.low_db,
                change.range.high_db, *change.percent);
  else
    std::printf("bits at equal PSNR: no figure, %s\n", change.problem.c_str());
}

void print_health(models::QuantizedCodec& codec, const std::vector<torch::Tensor>& pictures,
                  double price_factor) {
  torch::NoGradGuard no_grad;
  std::puts("\nnew codebooks on held-out pictures, groups of two codewords or more:");
  std::puts("                                  used, %      perplexity   escaped,");
  std::puts("quality  level  groups  codewords  mean  worst        mean  worst  % of codes");
  for (std::int64_t q = 0; q < codec.networks->options().qualities(); ++q) {
    std::vector<LevelHealth> levels;
    for (const auto& level : codec.quantizers)
      levels.emplace_back(level[static_cast<std::size_t>(q)]);
    for (const auto& images : pictures) {
      const auto quality = torch::full({images.size(0)}, q, torch::kInt64);
      const auto latents = codec.networks->analyse(models::pad_to_stride(images), quality);
      const auto coded = codec.quantize(latents, q, price_factor);
      for (std::size_t l = 0; l < levels.size(); ++l) levels[l].add(coded[l]);
    }
    for (std::size_t l = 0; l < levels.size(); ++l) {
      std::printf("%-7lld  %5zu  ", static_cast<long long>(q + 1), l);
      levels[l].print();
    }
    std::fflush(stdout);
  }
}

}  // namespace vqcodec::tools
