// tools/main.cc: the program: finds the subcommand, runs it, ends with its exit code.
#include <cstdio>
#include <cstdlib>

#include "tools/exit_code.h"
#include "tools/program.h"

namespace {

// The networks' libraries read this once, when they are loaded. OpenBLAS's own threads would spin
// beside LibTorch's. LibTorch's (OpenMP) spin while they wait for each other, unless told not to:
// beside another busy process that made the networks seven times slower, alone it gains nothing.
void choose_thread_policies() {
  ::setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/0);
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", /*overwrite=*/0);
}

}  // namespace

int main(int argc, char** argv) {
  choose_thread_policies();
  int exit_code = 0;
  const int failure = vqcodec::tools::exit_code_of(
      "", [&] { exit_code = vqcodec::tools::Program().run(argc, argv); });
  // Text that a full disk swallowed is a failure as well.
  if (failure == 0 && exit_code == 0 && std::fflush(stdout) != 0) {
    std::fputs("vqcodec: cannot write to standard output\n", stderr);
    return 5;
  }
  return failure != 0 ? failure : exit_code;
}
