#include "models/generative/semi_supervised_vae.h"

#include <cmath>

#include "models/generative/partly_labelled.h"
#include "models/generative/rate_distortion.h"
#include "models/gradient_estimators.h"

namespace vqcodec::models {

OptionList SemiSupervisedOptions::list() {
  auto options = ConditionalVaeOptions::list();
  options.push_back({"labels", "pictures whose label is seen, as many of each class",
                     IntegerOption{&labels, 0, 1000000000}});
  options.push_back(
      {"subset-seed", "that chooses them", IntegerOption{&subset_seed, 0, 1000000000}});
  options.push_back(
      {"classifier", "units of the classifier's layers", ListOption{&classifier, 1, 65536}});
  options.push_back({"alpha", "weight of the classifier's own loss", RealOption{&alpha, 0, 1e6}});
  options.push_back({"labelled-share", "of the labelled pictures' bound in the loss",
                     RealOption{&labelled_share, 0, 1}});
  options.push_back({"label-draw", "of missing labels: all of them, or one relaxed draw",
                     ChoiceOption{&label_draw, {"sum", "gumbel"}}});
  options.push_back({"temperature", "of the relaxed draw", RealOption{&temperature, 0.01, 100}});
  return options;
}

SemiSupervisedVae::SemiSupervisedVae(const SemiSupervisedOptions& options,
                                     const PictureShape& shape)
    : ConditionalVae(options, shape), own_(options) {
  std::vector<std::int64_t> sizes = {shape.values()};
  sizes.insert(sizes.end(), options.classifier.begin(), options.classifier.end());
  sizes.push_back(options.classes);
  classifier_ = register_module("classifier", perceptron(sizes, "relu"));
}

torch::Tensor SemiSupervisedVae::class_logits(const torch::Tensor& x) {
  return classifier_->forward(x);
}

torch::Tensor SemiSupervisedVae::labelled_bound(const torch::Tensor& x, const torch::Tensor& y,
                                                Rng& rng) {
  const double log_prior = -std::log(static_cast<double>(own_.classes));  // log p(y)
  return terms(x, y, rng).elbo() + log_prior;
}

torch::Tensor SemiSupervisedVae::bounds_by_label(const torch::Tensor& x, Rng& rng) {
  const auto n = x.size(0);
  const auto every = torch::eye(own_.classes, x.options()).repeat_interleave(n, 0);
  return labelled_bound(x.repeat({own_.classes, 1, 1, 1}), every, rng).view({own_.classes, n}).t();
}

torch::Tensor SemiSupervisedVae::unlabelled_bound(const torch::Tensor& class_logits,
                                                  const torch::Tensor& bounds_by_label) {
  const auto log_q = class_logits.log_softmax(1);
  return (log_q.exp() * (bounds_by_label - log_q)).sum(1);
}

torch::Tensor SemiSupervisedVae::relaxed_bound(const torch::Tensor& x, Rng& rng) {
  const Categorical q{class_logits(x).unsqueeze(1)};  // one variable
  const auto y = gumbel_softmax(q, own_.temperature, rng).squeeze(1);
  return labelled_bound(x, y, rng) + q.entropy();
}

Loss SemiSupervisedVae::loss(const Batch& batch, Rng& rng) {
  const auto n = batch.images.size(0);
  const auto labels =
      batch.labels.defined() ? batch.labels : torch::full({n}, kUnlabelled, torch::kInt64);
  const auto rows_of = [&](const torch::Tensor& which) { return which.nonzero().squeeze(1); };
  const auto seen = rows_of(labels != kUnlabelled), unseen = rows_of(labels == kUnlabelled);
  Loss loss{.total = torch::zeros({}, batch.images.options()), .terms = {}};
  const auto charge = [&](const char* name, const torch::Tensor& value, double weight) {
    loss.total = loss.total + weight * value;
    loss.terms.emplace_back(name, value);
  };
  const double share = unseen.size(0) == 0 ? 1 : own_.labelled_share;
  if (seen.size(0) > 0) {
    const Batch part = {.images = batch.images.index_select(0, seen),
                        .labels = labels.index_select(0, seen)};
    const auto y = one_hot(part);
    charge("labelled_nats", -labelled_bound(part.images, y, rng).mean(), share);
    const auto log_q = class_logits(part.images).log_softmax(1);
    charge("classifier_nats", -(y * log_q).sum(1).mean(), own_.alpha);
  }
  if (unseen.size(0) > 0) {
    const auto x = batch.images.index_select(0, unseen);
    const auto bound = own_.label_draw == "sum"
                           ? unlabelled_bound(class_logits(x), bounds_by_label(x, rng))
                           : relaxed_bound(x, rng);
    charge("unlabelled_nats", -bound.mean(), 1 - (seen.size(0) > 0 ? share : 0));
  }
  return loss;
}

Estimate SemiSupervisedVae::log_prob(const Batch& batch, const EvaluationOptions& options,
                                     Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto samples = std::max<std::int64_t>(1, options.samples / own_.classes);
  auto estimate =
      importance_estimate(batch.images, samples * own_.classes, [&](const torch::Tensor& x) {
        const auto n = x.size(0);
        const auto every = torch::eye(own_.classes, x.options()).repeat_interleave(n, 0);
        const auto weights =
            log_weights(x.repeat({own_.classes, 1, 1, 1}), every, samples, rng);  // (S,classes n)
        // p(x) = sum_y p(y) p(x|y) is the mean over labels, and each mean over samples is unbiased.
        return weights.view({samples * own_.classes, n});
      });
  estimate.kind = observation()->kind_of(EstimateKind::kStochasticLowerBound, own_.pixels);
  estimate.estimator = "every label, " + std::to_string(samples) + " samples of each";
  return estimate;
}

std::vector<Figure> SemiSupervisedVae::figures(const Batch& batch, const EvaluationOptions& options,
                                               Rng& rng) {
  torch::NoGradGuard no_grad;
  auto figures = ConditionalVae::figures(batch, options, rng);
  if (batch.labels.defined())
    figures.push_back(error_figure(class_logits(batch.images), batch.labels));
  return figures;
}

Figure error_figure(const torch::Tensor& class_logits, const torch::Tensor& labels) {
  const auto wrong = (class_logits.argmax(1) != labels).to(torch::kFloat64);
  return mean_figure("error", 100 * wrong, "%", "of the most probable label");
}

}  // namespace vqcodec::models
