// models/generative/classifier.h: what a class-conditional model is worth to someone who learns
// from its draws: the accuracy, on real test pictures, of a classifier trained on them. Source:
// Ravuri and Vinyals, "Classification Accuracy Score for Conditional Generative Models",
// arXiv:1905.10887.
#pragma once

#include "models/dataset.h"
#include "models/generative/generative_model.h"

namespace vqcodec::models {

// A convolutional network with dropout, from pictures, whose sides are multiples of 4, to logits of
// classes.
class Classifier : public Model {
 public:
  Classifier(const PictureShape& shape, std::int64_t classes);

  torch::Tensor logits(const torch::Tensor& x) { return network_->forward(x); }  // (N,classes)
  Loss loss(const Batch& batch, Rng& rng) override;  // the labels' cross-entropy

 private:
  torch::nn::Sequential network_{nullptr};
};

struct Accuracy {
  double top_1 = 0, top_5 = 0;    // %: the label is the likeliest, or one of five
  std::vector<double> per_class;  // %, top-1 of each label's pictures
};
// Sets evaluation mode.
Accuracy accuracy_of(Classifier& classifier, const Batch& test);

// The sets that it is trained on, of as many pictures with as many of each label: of 256 levels, as
// real ones are. A model without classes is refused with Error(kUsage).
ImageSet drawn_set(GenerativeModel& model, const torch::Tensor& labels, Rng& rng);
ImageSet reconstructed_set(GenerativeModel& model, const Batch& batch, Rng& rng);
ImageSet as_set(const Batch& batch);

}  // namespace vqcodec::models
