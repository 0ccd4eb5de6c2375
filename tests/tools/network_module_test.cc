// The networks' library as seen from outside: found, missing, wrong, and throwing.
#include <gtest/gtest.h>

#include "codec/model_file.h"
#include "codec/network_kind.h"
#include "tests/codec/tiny_model.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

TEST(NetworkModule, AMissingLibraryIsUnsupportedAndSaysWhatToDo) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  const auto outcome = sandbox.run("VQCODEC_NETWORKS=none.so vqcodec compress a.png");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_NE(outcome.err.find("vqcodec: a.png: cannot load the networks: "), std::string::npos);
  EXPECT_NE(outcome.err.find("oneDNN"), std::string::npos) << outcome.err;
  const auto training = sandbox.run("VQCODEC_NETWORKS=none.so vqcodec train --list");
  EXPECT_EQ(training.exit_code, 4);
  EXPECT_NE(training.err.find("LibTorch"), std::string::npos) << training.err;
}

TEST(NetworkModule, AVqVaesNetworksAreForLibTorch) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  auto model = testing::tiny_model(99);
  model.networks.assign(codec::kVqVaeTag.begin(), codec::kVqVaeTag.end());
  sandbox.write("vq.vqm", codec::write_model(model));
  const auto outcome =
      sandbox.run("VQCODEC_NETWORKS=none.so vqcodec compress a.png --model vq.vqm");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_NE(outcome.err.find("LibTorch"), std::string::npos) << outcome.err;
}

TEST(NetworkModule, ALibraryOfAnotherBuildIsUnsupported) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  const auto outcome = sandbox.run(
      "lib=$(ldconfig -p | sed -n 's/.*=> //; /libzstd/{p;q}')\n"
      "VQCODEC_NETWORKS=$lib vqcodec compress a.png");
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_NE(outcome.err.find("no function vqcodec_make_transform"), std::string::npos)
      << outcome.err;
}

TEST(NetworkModule, AnErrorThrownInsideIsCaughtByItsType) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  const auto outcome = sandbox.run("vqcodec compress a.png --device cuda");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.err, "vqcodec: a.png: the fake networks have no device cuda\n");
}

TEST(NetworkModule, TrainHandsOverItsArgumentsAndReturnsTheExitCode) {
  const Sandbox sandbox;
  const auto outcome = sandbox.run("vqcodec train codec --help -x --quiet '' 'a b'");
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(outcome.out, "[train][codec][--help][-x][--quiet][][a b]");
  EXPECT_EQ(sandbox.run("vqcodec train --help").out, "[train][--help]");
  EXPECT_EQ(sandbox.run("vqcodec train").out, "[train]");
}

TEST(NetworkModule, AnErrorOfTrainIsItsExitCode) {
  const Sandbox sandbox;
  const auto outcome = sandbox.run("vqcodec train throw");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_EQ(outcome.err, "vqcodec: the fake networks threw\n");
}

}  // namespace
}  // namespace vqcodec::tools
