// `train code-prior` with the real networks: a small VQ-VAE becomes a codec.
#include <gtest/gtest.h>

#include <string>

#include "codec/image_io.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

const std::string kVqVae =
    kRealProgram +
    "train vqvae2 --data pictures -T 1 -o run --channels 4 --blocks 1 --codewords 20 "
    "--dimension 4 --prior-channels 4 --prior-layers 1 --steps 2 --batch 4";
const std::string kCodePrior = kRealProgram +
                               "train code-prior --data pictures -T 1 -o new.vqm --steps 1 "
                               "--integer-steps 1 --batch 1 --crop 32 --measured 1 --name small ";

class TrainCodePrior : public testing::Test {
 protected:
  void SetUp() override {
    if (!VQCODEC_HAS_TRAINING) GTEST_SKIP() << "built without training";
    for (int i = 0; i < 12; ++i)
      sandbox_.write_picture("pictures/" + std::to_string(100 + i) + ".png", 40 + i, 33);
  }
  Outcome expect_success(const std::string& line) const {
    auto outcome = sandbox_.run(line);
    EXPECT_EQ(outcome.exit_code, 0) << line << ": " << outcome.err;
    return outcome;
  }
  Sandbox sandbox_;
};

TEST_F(TrainCodePrior, MakesACodecOfAVqVae) {
  expect_success(kVqVae);
  const auto trained = expect_success(kCodePrior + "--from run");
  for (const char* line : {"\nphotographs,file,", "\ntest,own_prior,"})
    EXPECT_NE(trained.out.find(line), std::string::npos) << trained.out;
  expect_success(kRealProgram + "compress pictures/100.png --model new.vqm -o a.vqc");
  expect_success(kRealProgram + "verify a.vqc --model new.vqm");
  expect_success(kRealProgram + "decompress a.vqc --model new.vqm -o a.png");
  const auto restored = codec::read_image(sandbox_.read("a.png"));
  EXPECT_EQ(restored.width, 40);
  EXPECT_EQ(restored.height, 33);
  // These are not the networks of the codec.
  const auto books =
      sandbox_.run(kRealProgram +
                   "train codebooks --from new.vqm --data pictures --hold-out 4 --crop 32 "
                   "-o b.vqm -T 1");
  EXPECT_EQ(books.exit_code, 4);
  EXPECT_NE(books.err.find("a VQ-VAE's"), std::string::npos) << books.err;
}

TEST_F(TrainCodePrior, RefusesARunOfAnotherModel) {
  expect_success(kRealProgram + "train vae --data pictures --steps 1 -o run -T 1");
  const auto refused = sandbox_.run(kCodePrior + "--from run");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err, "vqcodec: run: is a run of vae, expected one of vq-vae or vqvae2\n");
}

}  // namespace
}  // namespace vqcodec::tools
