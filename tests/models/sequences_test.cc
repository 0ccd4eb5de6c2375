#include "models/generative/sequences.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "entropy/error.h"
#include "models/generative/collapsed_chain.h"
#include "models/generative/translation.h"
#include "tests/models/all_sequences.h"

namespace vqcodec::models {
namespace {

namespace fs = std::filesystem;

class Sequences : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string refusal(const std::string& path, const TextOptions& options) const {
    try {
      read_text(path, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return error.what();
    }
    return "read";
  }

  fs::path folder_ = fs::path(testing::TempDir()) / "vqcodec_sequences";
};

TEST_F(Sequences, ALineIsASequenceOfLetters) {
  const auto path = write("a.txt", "abc\nba\r\nc");
  const auto expected =
      torch::tensor({{0, 1, 2, kEnd}, {1, 0, kEnd, kEnd}, {2, kEnd, kEnd, kEnd}}, torch::kInt64);
  EXPECT_TRUE(torch::equal(read_text(path, {.symbols = 3, .length = 4}), expected));
}

TEST_F(Sequences, WhatIsNoTextIsRefusedByItsLine) {
  const TextOptions options{.symbols = 3, .length = 4};
  struct Case {
    const char *text, *says;
  };
  for (const auto& [text, says] :
       {Case{"abc\nabd\n", "line 2: \"d\" at place 3, expected one of the first 3"},
        Case{"abc\nabcab\n", "line 2: needs 5 places, expected at most 4; --length takes more"},
        Case{"abc\n\nab\n", "line 2: is empty"}, Case{"", "is empty"}}) {
    const auto found = refusal(write("b.txt", text), options);
    EXPECT_NE(found.find(says), std::string::npos) << found;
    EXPECT_NE(found.find("b.txt"), std::string::npos) << found;
  }
  EXPECT_THROW(read_text((folder_ / "none.txt").string(), options), Error);
}

// A repeated letter needs a blank between: four letters, five frames.
TEST_F(Sequences, LinesThatFramesHaveNoRoomForAreRefused) {
  const auto path = write("c.txt", "abba\n");
  const CollapsedChainOptions options{.chain = {.text = {.symbols = 2, .length = 4}}};
  EXPECT_TRUE(CollapsedChainOptions{}.chain.text.repeats_part);
  EXPECT_EQ(refusal(path, options.chain.text), "read");
  EXPECT_NE(refusal(path, {.symbols = 2, .length = 4, .repeats_part = true}).find("needs 5 places"),
            std::string::npos);
}

TEST_F(Sequences, PartsThatHaveNoFileAreLinesOfTheTraining) {
  std::string lines;
  for (int i = 0; i < 40; ++i) lines += std::string(1, static_cast<char>('a' + i % 4)) + "\n";
  write("train.txt", lines);
  const TextOptions options{.symbols = 4, .length = 2};
  const auto parted = read_text_sets(folder_.string(), options);
  EXPECT_EQ(parted.validation.size(), 4);
  EXPECT_EQ(parted.test.size(), 4);
  EXPECT_EQ(parted.train.size(), 32);
  write("test.txt", "a\nb\n");
  EXPECT_EQ(read_text_sets(folder_.string(), options).test.size(), 2);
  EXPECT_EQ(read_text_sets(folder_.string(), options).train.size(), 36);
  write("train.txt", "a\n");
  EXPECT_THROW(read_text_sets(folder_.string(), options), Error);
}

// Corpora of different sizes, each with its own lines held out.
TEST_F(Sequences, TranslationReadsTwoTextsThatAreNotParallel) {
  std::string source, target;
  for (int i = 0; i < 30; ++i) source += "ab\n";
  for (int i = 0; i < 50; ++i) target += "ba\n";
  write("source.txt", source);
  write("target.txt", target);
  const auto factory = make_translation_factory();
  const auto sets = factory->sets(folder_.string());
  EXPECT_EQ(sets.train.shape(), (PictureShape{2, 1, 32}));
  EXPECT_EQ(sets.train.size(), 40);
  auto model = factory->make(sets.train.shape());
  auto rng = make_rng(1, 0);
  EXPECT_TRUE(std::isfinite(
      model->loss(whole_set(sets.train, PixelKind::kGrey, 40), rng).total.item<double>()));
  const auto test = whole_set(sets.test, PixelKind::kGrey, 40);
  EXPECT_EQ(model->figures(test, {}, rng).size(), 1u);  // nobody knows the truth
  EXPECT_EQ(model->text_of(test.images[0]), "ab ba");
}

TEST_F(Sequences, TextIsWrittenAsItIsRead) {
  const auto event = as_pictures({torch::tensor({{0, 27, 3, 2}}, torch::kInt64),
                                  torch::tensor({{1, kEnd, kEnd, kEnd}}, torch::kInt64)});
  EXPECT_EQ(text_of(event[0], /*blank=*/3), "aB-c b");
  const auto levels = shown(event, 30);
  EXPECT_EQ(levels.sizes(), torch::IntArrayRef({1, 1, 2, 4}));
  EXPECT_EQ(levels[0][0][1][1].item<float>(), 1);
}

TEST(Compacted, WhatIsKeptMovesToTheFrontInOrder) {
  const auto x = torch::tensor({{3, 1, 2, 0}}, torch::kInt64);
  const auto keep = torch::tensor({{false, true, false, true}});
  EXPECT_TRUE(torch::equal(compacted(x, keep), torch::tensor({{1, 0, kEnd, kEnd}}, torch::kInt64)));
}

}  // namespace
}  // namespace vqcodec::models
