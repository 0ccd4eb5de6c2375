// tests/tools/evaluation_sandbox.h: `vqcodec evaluate`, run as a program, and what it leaves.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/codec/csv.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {

class EvaluationTest : public ::testing::Test {
 protected:
  EvaluationTest() {
    sandbox.write_picture("a.png", 192, 176);
    sandbox.write_picture("b.png", 176, 192);
  }

  std::string table(const std::string& arguments) const {
    const auto outcome = sandbox.run("vqcodec evaluate " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }

  std::string notice(const std::string& arguments) const {
    return sandbox.run("vqcodec evaluate " + arguments).err;
  }

  std::vector<codec::CsvRow> points() const {
    return codec::read_csv(sandbox.path("r/points.csv"));
  }

  std::string text(const std::string& name) const {
    const auto bytes = sandbox.read(name);
    return {bytes.begin(), bytes.end()};
  }

  void write_text(const std::string& name, const std::string& content) const {
    sandbox.write(name, {content.begin(), content.end()});
  }

  Sandbox sandbox;
};

}  // namespace vqcodec::tools
