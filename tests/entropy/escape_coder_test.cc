#include "entropy/escape_coder.h"

#include <gtest/gtest.h>

#include <vector>

namespace vqcodec::entropy {
namespace {

// Writes decisions to a list, or reads them from it.
struct ListSide {
  bool code(bool decision, Probability) {
    if (!is_reading) decisions.push_back(decision);
    return is_reading ? (next < decisions.size() && decisions[next++]) : decision;
  }
  std::vector<bool> decisions;
  bool is_reading = false;
  std::size_t next = 0;
};

Choice choice_of(int code, std::int32_t first, std::int32_t second) {
  Choice choice{.code = code, .escaped = true, .remainder = {}};
  choice.remainder[0] = first;
  choice.remainder[1] = second;
  return choice;
}

ErrorKind kind_of_reading(const std::vector<bool>& decisions, int codewords) {
  ListSide side{.decisions = decisions, .is_reading = true};
  EscapeCoder coder;
  IdealLength length;
  Choice choice;
  try {
    coder.code(side, codewords, 1, choice, length);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::kInternal;  // Nothing was thrown.
}

TEST(EscapeCoder, ReturnsCodewordsAndRemainders) {
  constexpr std::int32_t kLargest = (1 << kRemainderBits) - 1;
  ListSide side;
  EscapeCoder writer;
  IdealLength length;
  std::vector<Choice> choices;
  for (const std::int32_t magnitude : {0, 1, 2, 3, 4, 7, 8, 1000, kLargest}) {
    choices.push_back(choice_of(magnitude % 7, magnitude, -magnitude));
  }
  for (Choice choice : choices) writer.code(side, 7, 2, choice, length);
  side.is_reading = true;
  EscapeCoder reader;
  IdealLength read_length;
  for (const Choice& expected : choices) {
    Choice choice;
    reader.code(side, 7, 2, choice, read_length);
    EXPECT_EQ(choice.code, expected.code);
    EXPECT_EQ(choice.remainder, expected.remainder);
  }
  EXPECT_EQ(side.next, side.decisions.size());
  EXPECT_EQ(read_length.value(), length.value());
}

TEST(EscapeCoder, ForgetsChannelsThatTheGroupLacks) {
  ListSide side;
  EscapeCoder coder;
  IdealLength length;
  Choice choice = choice_of(0, 3, 9);
  coder.code(side, 1, 1, choice, length);
  EXPECT_EQ(choice.remainder[0], 3);
  EXPECT_EQ(choice.remainder[1], 0);
}

// ceil(log2 K) decisions, then one for a remainder of 0.
TEST(EscapeCoder, SpendsNoBitOnASingleCodeword) {
  for (const auto& [codewords, bits] :
       {std::pair{1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {256, 8}, {1024, 10}}) {
    ListSide side;
    EscapeCoder coder;
    IdealLength length;
    Choice choice = choice_of(codewords - 1, 0, 0);
    coder.code(side, codewords, 1, choice, length);
    EXPECT_EQ(side.decisions.size(), static_cast<std::size_t>(bits + 1));
  }
}

TEST(EscapeCoder, LearnsHowLargeRemaindersAre) {
  ListSide side;
  EscapeCoder coder;
  IdealLength first, all;
  Choice choice = choice_of(0, 5, -5);
  coder.code(side, 1, 2, choice, first);
  for (int i = 0; i < 1000; ++i) coder.code(side, 1, 2, choice, all);
  // 4 digits' worth of certainty: sign alternates (1 bit each), two low digits are even odds.
  EXPECT_LT(all.value(), 1000U * 7 * kLengthOne);
  EXPECT_GT(first.value(), 10U * kLengthOne);
}

TEST(EscapeCoder, RefusesWhatCannotBe) {
  EXPECT_EQ(kind_of_reading({true, true}, 3), ErrorKind::kCorrupt) << "codeword 3 of 3";
  EXPECT_EQ(kind_of_reading({true, false}, 3), ErrorKind::kInternal) << "codeword 2 of 3";
  EXPECT_EQ(kind_of_reading(std::vector<bool>(100, true), 1), ErrorKind::kCorrupt) << "remainder";
}

}  // namespace
}  // namespace vqcodec::entropy
