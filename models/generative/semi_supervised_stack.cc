#include "models/generative/semi_supervised_stack.h"

#include "models/generative/partly_labelled.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList StackOptions::list() {
  auto options = SemiSupervisedOptions::list();
  options.push_back({"model",
                     "m1: a classifier of an autoencoder's latents; m2: labels are latent; "
                     "m1+m2: m2 of m1's latents",
                     ChoiceOption{&model, {"m2", "m1", "m1+m2"}}});
  options.push_back({"features", "latents of m1", IntegerOption{&features, 1, 4096}});
  options.push_back(
      {"features-hidden", "units of m1's encoder", ListOption{&features_hidden, 1, 65536}});
  options.push_back({"features-share", "of the steps, in which m1 is trained",
                     RealOption{&features_share, 0, 1}});
  return options;
}

SemiSupervisedStack::SemiSupervisedStack(const StackOptions& options, const PictureShape& shape)
    : options_(options) {
  VaeOptions below = {.latents = options.features,
                      .hidden = options.features_hidden,
                      .activation = options.activation,
                      .pixels = options.pixels,
                      .observation = options.observation};
  features_ = register_module("features", std::make_shared<Vae>(below, shape));
  if (options.model == "m1") {
    std::vector<std::int64_t> sizes = {options.features};
    sizes.insert(sizes.end(), options.classifier.begin(), options.classifier.end());
    sizes.push_back(options.classes);
    classifier_ = register_module("classifier", perceptron(sizes, "relu"));
    return;
  }
  SemiSupervisedOptions above = options;
  above.pixels = "grey";
  above.observation = {.likelihood = "gaussian", .deviation = "learned", .sigma = 1};
  top_ = register_module(
      "top", std::make_shared<SemiSupervisedVae>(above, PictureShape{1, 1, options.features}));
}

torch::Tensor SemiSupervisedStack::as_picture(const torch::Tensor& z) const {
  return z.view({-1, 1, 1, options_.features});
}

torch::Tensor SemiSupervisedStack::class_logits(const torch::Tensor& x) {
  const auto z = features_->posterior(x).mean;
  return top_ ? top_->class_logits(z) : classifier_->forward(z);
}

void SemiSupervisedStack::begin_step(const Progress& progress) {
  features_trained_ = progress.share() >= options_.features_share;
}

Loss SemiSupervisedStack::loss(const Batch& batch, Rng& rng) {
  if (!features_trained_) return features_->loss(batch, rng);
  torch::Tensor z;
  {
    torch::NoGradGuard no_grad;
    z = features_->posterior(batch.images).sample(rng);
  }
  if (top_) return top_->loss({.images = as_picture(z), .labels = batch.labels}, rng);
  const auto labels =
      batch.labels.defined() ? batch.labels : torch::full({z.size(0)}, kUnlabelled, torch::kInt64);
  const auto logits = classifier_->forward(z);
  // Without a single label there is nothing to learn: the sum over none is zero.
  const auto options = torch::nn::functional::CrossEntropyFuncOptions()
                           .ignore_index(kUnlabelled)
                           .reduction(torch::kSum);
  const auto seen = (labels != kUnlabelled).sum().clamp_min(1);
  const auto loss = torch::nn::functional::cross_entropy(logits, labels, options) / seen;
  return {.total = loss, .terms = {{"classifier_nats", loss}}};
}

torch::Tensor SemiSupervisedStack::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  if (!top_) return features_->sample(n, options, rng);
  const auto z = top_->sample(n, {.label = options.label}, rng).flatten(1);
  const auto pixels = features_->likelihood(z);
  return options.means ? pixels.mean() : pixels.sample(rng);
}

torch::Tensor SemiSupervisedStack::reconstruct(const Batch& batch, Rng& rng) {
  return features_->reconstruct(batch, rng);
}

Estimate SemiSupervisedStack::log_prob(const Batch& batch, const EvaluationOptions& options,
                                       Rng& rng) {
  if (!top_) return features_->log_prob(batch, options, rng);
  torch::NoGradGuard no_grad;
  auto estimate = importance_estimate(batch.images, options.samples, [&](const torch::Tensor& x) {
    const auto q = repeated(features_->posterior(x), options.samples);
    const auto z = q.sample(rng);
    const auto latents = as_picture(z);
    const auto log_prior = SemiSupervisedVae::unlabelled_bound(top_->class_logits(latents),
                                                               top_->bounds_by_label(latents, rng));
    const auto log_weights = features_->log_likelihood(x.repeat({options.samples, 1, 1, 1}), z) +
                             log_prior - q.log_prob(z);
    return log_weights.view({options.samples, x.size(0)});
  });
  if (options_.pixels == "grey" && options_.observation.likelihood == "bernoulli")
    estimate.kind = EstimateKind::kNotALikelihood;
  return estimate;
}

std::vector<Figure> SemiSupervisedStack::figures(const Batch& batch,
                                                 const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto figures = GenerativeModel::figures(batch, options, rng);
  if (batch.labels.defined())
    figures.push_back(error_figure(class_logits(batch.images), batch.labels));
  return figures;
}

namespace {

class SemiSupervisedFactory : public ModelFactory {
 public:
  OptionList options() override { return options_.list(); }
  std::shared_ptr<GenerativeModel> make(const PictureShape& shape) const override {
    if (options_.model == "m2") return std::make_shared<SemiSupervisedVae>(options_, shape);
    return std::make_shared<SemiSupervisedStack>(options_, shape);
  }
  PixelKind pixels() const override {
    return options_.pixels == "binary" ? PixelKind::kBinary : PixelKind::kGrey;
  }
  std::unique_ptr<Dataset> batches(ImageSet train) const override {
    return std::make_unique<PartlyLabelledBatches>(
        std::move(train), pixels(), options_.labels,
        static_cast<std::uint64_t>(options_.subset_seed));
  }

 private:
  StackOptions options_;
};

}  // namespace

std::unique_ptr<ModelFactory> make_semi_supervised_factory() {
  return std::make_unique<SemiSupervisedFactory>();
}

}  // namespace vqcodec::models
