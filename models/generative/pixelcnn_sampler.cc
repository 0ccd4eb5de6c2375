// models/generative/pixelcnn_sampler.cc: drawing pictures from a PixelCnn, pixel by pixel.
#include "entropy/error.h"
#include "models/generative/pixelcnn.h"

namespace vqcodec::models {

torch::Tensor PixelCnn::labels_of(std::int64_t n, const SampleOptions& options, Rng& rng) const {
  if (options_.classes == 0) return {};
  if (!options.label) return torch::randint(options_.classes, {n}, rng, torch::kInt64);
  if (*options.label < 0 || *options.label >= options_.classes)
    throw Error(ErrorKind::kUsage, "class ", *options.label, ", expected 0 to ",
                options_.classes - 1);
  return torch::full({n}, *options.label, torch::kInt64);
}

// Inputs of each layer's stacks, with the zeros around them that its windows reach, as far as they
// are known.
class PixelCnn::Sampler {
 public:
  Sampler(PixelCnn& model, std::int64_t n, const torch::Tensor& labels, const torch::Tensor& map);

  void begin_row(std::int64_t y);  // the vertical stack: all rows above are known
  // (N,P,C,1,1), of which those hold whose earlier colours have been put there.
  torch::Tensor outputs(std::int64_t y, std::int64_t x);
  void put(std::int64_t x, const torch::Tensor& pixel);    // (N,C,1,1)
  void remember(const torch::Tensor& pixel);               // the latest place's, now whole
  void end_row(std::int64_t y, const torch::Tensor& row);  // (N,C,1,W)

 private:
  PixelCnn& model_;
  std::vector<torch::Tensor> vertical_;  // [layer]: (N,inputs,H + before,W + 2 margin)
  // [layer]: (N,inputs,1,W + before), of this row as far as it is drawn; what comes after that is
  // of the row above, and not seen.
  std::vector<torch::Tensor> horizontal_;
  std::vector<torch::Tensor> conditions_;  // [layer]: of label and map
  std::vector<torch::Tensor> rows_;        // [layer]: (N,2 channels,1,W), the vertical stack's
  std::vector<torch::Tensor> places_;      // [layer]: (N,channels,1,1), of the latest place
  std::vector<CausalAttentionImpl::Memory> memories_;
};

namespace {

// A part of the vertical (0) or horizontal (1) stack's condition: of one row from column x on.
torch::Tensor condition_at(const torch::Tensor& condition, std::size_t half, std::int64_t y,
                           std::int64_t x, std::int64_t columns) {
  const auto whole = half_of(condition, half);
  if (!whole.defined() || whole.size(2) * whole.size(3) == 1) return whole;
  return whole.narrow(2, y, 1).narrow(3, x, columns);
}

}  // namespace

PixelCnn::Sampler::Sampler(PixelCnn& model, std::int64_t n, const torch::Tensor& labels,
                           const torch::Tensor& map)
    : model_(model), rows_(model.layers_.size()), places_(model.layers_.size()) {
  const auto type = model.layers_[0]->parameters()[0].options();
  const auto height = model.shape_.height, width = model.shape_.width;
  for (std::size_t l = 0; l < model.layers_.size(); ++l) {
    const auto& layer = model.layers_[l];
    const auto inputs = l == 0 ? model.inputs() : model.options_.channels;
    vertical_.push_back(
        torch::zeros({n, inputs, height + layer->before(), width + 2 * layer->margin()}, type));
    horizontal_.push_back(torch::zeros({n, inputs, 1, width + layer->before()}, type));
    conditions_.push_back(model.condition(l, labels, map));
    memories_.push_back(model.attends_after(l) ? model.attentions_[l]->memory(n)
                                               : CausalAttentionImpl::Memory());
  }
}

void PixelCnn::Sampler::begin_row(std::int64_t y) {
  for (std::size_t l = 0; l < rows_.size(); ++l) {
    auto& layer = model_.layers_[l];
    rows_[l] = layer->vertical(vertical_[l].narrow(2, y, layer->taps()));
    if (l + 1 == rows_.size()) break;
    const auto& next = model_.layers_[l + 1];
    vertical_[l + 1]
        .narrow(2, y + next->before(), 1)
        .narrow(3, next->margin(), model_.shape_.width)
        .copy_(gate(rows_[l], condition_at(conditions_[l], 0, y, 0, model_.shape_.width)));
  }
}

torch::Tensor PixelCnn::Sampler::outputs(std::int64_t y, std::int64_t x) {
  for (std::size_t l = 0; l < rows_.size(); ++l) {
    auto& layer = model_.layers_[l];
    const auto window = horizontal_[l].narrow(3, x, layer->before() + 1);
    const auto gated = gate(layer->horizontal(window, rows_[l].narrow(3, x, 1)),
                            condition_at(conditions_[l], 1, y, x, 1));
    places_[l] = layer->leave(gated, window.narrow(3, layer->before(), 1));
    auto next = places_[l];
    if (model_.attends_after(l)) next = model_.attentions_[l]->step(next, memories_[l]);
    if (l + 1 == rows_.size()) return model_.by_value(model_.head_->forward(next));
    horizontal_[l + 1].narrow(3, x + model_.layers_[l + 1]->before(), 1).copy_(next);
  }
  return {};
}

void PixelCnn::Sampler::put(std::int64_t x, const torch::Tensor& pixel) {
  horizontal_[0].narrow(3, x + model_.layers_[0]->before(), 1).copy_(model_.seen(pixel));
}

void PixelCnn::Sampler::remember(const torch::Tensor& pixel) {
  for (std::size_t l = 0; l < places_.size(); ++l)
    if (model_.attends_after(l))
      model_.attentions_[l]->remember(places_[l], model_.seen(pixel), memories_[l]);
}

void PixelCnn::Sampler::end_row(std::int64_t y, const torch::Tensor& row) {
  const auto& first = model_.layers_[0];
  vertical_[0]
      .narrow(2, y + first->before(), 1)
      .narrow(3, first->margin(), model_.shape_.width)
      .copy_(model_.seen(row));
}

torch::Tensor PixelCnn::chosen(std::int64_t n, const torch::Tensor& labels,
                               const torch::Tensor& map, const Choice& choice) {
  torch::NoGradGuard no_grad;
  Sampler sampler(*this, n, labels, map);
  auto pictures = torch::zeros({n, shape_.channels, shape_.height, shape_.width},
                               layers_[0]->parameters()[0].options());
  for (std::int64_t y = 0; y < shape_.height; ++y) {
    sampler.begin_row(y);
    for (std::int64_t x = 0; x < shape_.width; ++x) {
      const auto pixel = pictures.narrow(2, y, 1).narrow(3, x, 1);
      for (std::int64_t c = 0; c < shape_.channels; ++c) {
        pixel.narrow(1, c, 1).copy_(choice(sampler.outputs(y, x).narrow(2, c, 1), y, x, c));
        sampler.put(x, pixel);
      }
      sampler.remember(pixel);
    }
    sampler.end_row(y, pictures.narrow(2, y, 1));
  }
  return pictures;
}

torch::Tensor PixelCnn::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  return sample_given(n, labels_of(n, options, rng), {}, rng);
}

torch::Tensor PixelCnn::sample_given(std::int64_t n, const torch::Tensor& labels,
                                     const torch::Tensor& map, Rng& rng) {
  return chosen(n, labels, map,
                [&](const torch::Tensor& outputs, std::int64_t /*y*/, std::int64_t /*x*/,
                    std::int64_t /*c*/) { return output_.sample(outputs, rng); });
}

torch::Tensor PixelCnn::log_prob_by_steps(const Batch& batch) {
  const auto known = output_.quantized(batch.images);
  auto log_prob = torch::zeros({known.size(0)}, known.options());
  chosen(known.size(0), batch.labels, {},
         [&](const torch::Tensor& outputs, std::int64_t y, std::int64_t x, std::int64_t c) {
           const auto value = known.narrow(1, c, 1).narrow(2, y, 1).narrow(3, x, 1);
           log_prob += output_.log_prob(outputs, value);
           return value;
         });
  return log_prob;
}

torch::Tensor PixelCnn::sample_slowly(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto labels = labels_of(n, options, rng);
  auto pictures = torch::zeros({n, shape_.channels, shape_.height, shape_.width},
                               layers_[0]->parameters()[0].options());
  for (std::int64_t y = 0; y < shape_.height; ++y)
    for (std::int64_t x = 0; x < shape_.width; ++x)
      for (std::int64_t c = 0; c < shape_.channels; ++c) {
        const auto said = outputs(pictures, labels).narrow(2, c, 1).narrow(3, y, 1).narrow(4, x, 1);
        pictures.narrow(1, c, 1).narrow(2, y, 1).narrow(3, x, 1).copy_(output_.sample(said, rng));
      }
  return pictures;
}

}  // namespace vqcodec::models
