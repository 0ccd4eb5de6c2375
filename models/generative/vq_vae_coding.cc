// models/generative/vq_vae_coding.cc: what a codec needs of a VqVae.
#include "models/generative/vq_vae.h"

namespace vqcodec::models {

std::int64_t VqVae::stride(std::int64_t level) const {
  return std::int64_t{1} << (options_.halvings + levels() - 1 - level);
}

std::vector<torch::Tensor> VqVae::coding_tensors() const {
  std::vector<torch::Tensor> tensors;
  for (const auto& item : named_parameters()) {
    const auto& name = item.key();
    const bool of_priors = name.starts_with("prior") || name.starts_with("context");
    if (!of_priors && !name.starts_with("observation") && !name.ends_with(".codewords"))
      tensors.push_back(item.value());
  }
  for (const auto& codebook : codebooks_) tensors.push_back(codebook->codewords());
  return tensors;
}

codec::MultiplyAdds VqVae::multiply_adds() {
  codec::MultiplyAdds sum;
  double stride = 1;
  for (auto l = levels() - 1; l >= 0; --l) {
    const auto i = static_cast<std::size_t>(l);
    sum.analysis += models::multiply_adds(encoders_[i], stride);
    const auto pixels = stride * stride;  // of a code
    sum.analysis += static_cast<double>(to_latents_[i]->weight.numel()) / pixels;
    sum.analysis += static_cast<double>(codebooks_[i]->codewords().numel()) / pixels;
    if (l == 0) continue;
    double above = 2 * stride;
    // Codes become the latents of finer levels in the encoder alone.
    sum.analysis += models::multiply_adds(from_above_[i], above);
  }
  stride = static_cast<double>(this->stride(levels() - 1));
  sum.synthesis = models::multiply_adds(decoder_, stride);
  return sum;
}

// Each network reaches one place further at each of its 3x3 convolutions, and two at most, at the
// stride of its codes, by all of its halvings or doublings. Codes hang on all coarser ones.
std::int64_t VqVae::reach() const {
  const auto places = options_.network.blocks + 1 + 2;
  std::int64_t pixels = 0;
  for (std::int64_t l = 0; l < levels(); ++l)
    pixels += places * stride(l) * (l + 1 < levels() ? 2 : 1);  // its encoder, and what is below
  return pixels;
}

}  // namespace vqcodec::models
