#include "models/generative/collapsed_chain.h"
#include "models/generative/hidden_markov_model.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"
#include "models/generative/translation.h"

namespace vqcodec::models {

namespace {

constexpr const char* kText =
    "draws its own sequences, or reads train.txt, validation.txt and test.txt: a sequence a line";

// Steps of EM see the whole set.
TrainerOptions whole_set_run(std::int64_t steps) {
  auto options = short_run(steps, 1e-2);
  options.batch = 65536;
  options.log_every = 10;
  return options;
}

TrainerOptions small_batches(TrainerOptions options) {
  options.batch = 64;
  options.log_every = 100;
  return options;
}

const RegisteredModel kModels[] = {
    {"hmm", "hidden Markov model of symbols, by Baum-Welch", "Rabiner 1989", kText,
     whole_set_run(200), make_hidden_markov_factory},
    {"ctc", "sequences without their timing: a chain of frames, collapsed, summed over alignments",
     "Graves et al. 2006", kText, whole_set_run(100), make_collapsed_chain_factory},
    {"translation", "two languages from texts that are not parallel, by back-translation",
     "arXiv:2002.03912", "makes its own languages, or reads source.txt and target.txt",
     small_batches(short_run(3000, 1e-2)), make_translation_factory},
    {"code-map-translation", "the same, between code maps of pictures and a permuted codebook",
     "arXiv:2002.03912", "pictures whose sides are multiples of --patch",
     small_batches(short_run(3000, 1e-2)), make_code_map_translation_factory},
};

}  // namespace

std::span<const RegisteredModel> sequence_models() { return kModels; }

}  // namespace vqcodec::models
