// Names of outputs, without running the program.
#include "tools/input_list.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace vqcodec::tools
