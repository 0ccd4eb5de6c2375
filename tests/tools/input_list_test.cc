// Names of outputs, without running the program.
#include "tools/input_list.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

const NameRule kRule{.from = {"png", "jpg"}, .to = "vqc"};

std::vector<std::string> outputs(const std::vector<Job>& jobs) {
  std::vector<std::string> names;
  for (const auto& job : jobs) names.push_back(job.refusal ? "refused" : job.output);
  return names;
}

TEST(InputList, ReplacesAKnownExtensionAndAppendsToAnyOther) {
  const auto jobs =
      list_jobs({.inputs = {"a.png", "B.JPG", "photo.v2", "dir.png/c", "plain"}}, kRule);
  EXPECT_EQ(outputs(jobs), (std::vector<std::string>{"a.vqc", "B.vqc", "photo.v2.vqc",
                                                     "dir.png/c.vqc", "plain.vqc"}));
}

TEST(InputList, StandardInputGoesToStandardOutput) {
  EXPECT_EQ(outputs(list_jobs({.inputs = {"-"}}, kRule)), std::vector<std::string>{"-"});
  EXPECT_EQ(outputs(list_jobs({.inputs = {"-"}, .output = "x.vqc"}, kRule)),
            std::vector<std::string>{"x.vqc"});
}

TEST(InputList, PutsFilesIntoTheOutputFolderByTheirLastName) {
  EXPECT_EQ(outputs(list_jobs({.inputs = {"in/a.png"}, .output_folder = "out"}, kRule)),
            std::vector<std::string>{"out/a.vqc"});
}

TEST(InputList, MirrorsAFolderInOneOrder) {
  const Sandbox sandbox;
  for (const char* name : {"in/b/z.png", "in/a.jpg", "in/b/note.txt", "in/c/d/e.png"})
    sandbox.write(name, {1});
  const auto in = sandbox.path("in").string();
  for (const auto& folder : {in, in + "/"}) {
    const auto jobs =
        list_jobs({.inputs = {folder}, .output_folder = "out", .recursive = true}, kRule);
    EXPECT_EQ(outputs(jobs),
              (std::vector<std::string>{"out/a.vqc", "out/b/z.vqc", "out/c/d/e.vqc"}));
  }
}

TEST(InputList, RefusesAFolderWithoutRecursionAndOneWithoutPictures) {
  const Sandbox sandbox;
  sandbox.write("in/note.txt", {1});
  for (const bool recursive : {false, true}) {
    const auto jobs =
        list_jobs({.inputs = {sandbox.path("in").string()}, .recursive = recursive}, kRule);
    ASSERT_EQ(jobs.size(), 1u);
    ASSERT_TRUE(jobs[0].refusal);
    EXPECT_EQ(jobs[0].refusal->kind(), ErrorKind::kUsage);
  }
}

TEST(InputList, RefusesTheSecondOfTwoInputsWithOneOutput) {
  EXPECT_EQ(outputs(list_jobs({.inputs = {"a.png", "a.jpg", "b.png"}}, kRule)),
            (std::vector<std::string>{"a.vqc", "refused", "b.vqc"}));
}

TEST(InputList, RefusesOneOutputForSeveralInputs) {
  EXPECT_THROW(list_jobs({.inputs = {"a.png", "b.png"}, .output = "x.vqc"}, kRule), Error);
  EXPECT_THROW(list_jobs({.inputs = {"a.png", "b.png"}, .output = "-"}, kRule), Error);
}

TEST(InputList, TakesMoreInputsFromAFile) {
  const Sandbox sandbox;
  const std::string text = "b.png\n\nc d.png";
  sandbox.write("list", {text.begin(), text.end()});
  const auto list = sandbox.path("list").string();
  EXPECT_EQ(outputs(list_jobs({.inputs = {"a.png"}, .files_from = list}, kRule)),
            (std::vector<std::string>{"a.vqc", "b.vqc", "c d.vqc"}));
  EXPECT_THROW(list_jobs({.files_from = list + "x"}, kRule), Error);
}

// Every input is in one shard, wherever the folder lies and whatever else is in it.
TEST(InputList, ShardsPartTheInputsByTheirNames) {
  const Sandbox sandbox;
  const auto names = [&](const std::string& folder, std::uint64_t index) {
    const auto jobs = list_jobs({.inputs = {sandbox.path(folder).string()},
                                 .output_folder = "out",
                                 .recursive = true,
                                 .shard = {.index = index, .count = 3}},
                                kRule);
    const auto all = outputs(jobs);
    return std::set<std::string>(all.begin(), all.end());
  };
  for (int i = 0; i < 30; ++i) {
    sandbox.write("here/" + std::to_string(i) + ".png", {1});
    sandbox.write("there/below/" + std::to_string(i) + ".png", {1});
  }
  sandbox.write("there/below/another.png", {1});
  std::set<std::string> together;
  for (std::uint64_t index = 1; index <= 3; ++index) {
    auto mine = names("here", index);
    EXPECT_GT(mine.size(), 3u);
    auto theirs = names("there/below", index);
    theirs.erase("out/another.vqc");
    EXPECT_EQ(theirs, mine);
    for (const auto& name : mine) EXPECT_TRUE(together.insert(name).second) << name;
  }
  EXPECT_EQ(together.size(), 30u);
}

TEST(InputList, OneOutputForSeveralInputsIsRefusedInEveryShard) {
  for (std::uint64_t index = 1; index <= 2; ++index)
    EXPECT_THROW(list_jobs({.inputs = {"a.png", "b.png"},
                            .output = "x.vqc",
                            .shard = {.index = index, .count = 2}},
                           kRule),
                 Error);
}

TEST(InputList, AShardIsIOfN) {
  EXPECT_EQ(parse_shard("2/8").index, 2u);
  EXPECT_EQ(parse_shard("2/8").count, 8u);
  for (const char* wrong : {"", "2", "0/8", "9/8", "1/0", "1/2x", "a/b", "-1/2"})
    EXPECT_THROW(parse_shard(wrong), Error) << wrong;
}

}  // namespace
}  // namespace vqcodec::tools
