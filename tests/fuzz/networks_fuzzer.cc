// libFuzzer target: any bytes as the networks section of a `.vqm`, and what is read run on a
// picture where an engine takes it.
#include <cstddef>
#include <cstdint>

#include "models/inference/networks.h"
#include "tests/fuzz/expected_errors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vqcodec;
  vqcodec::testing::with_errors_of_input([&] {
    const auto file = models::read_network_file({data, size});
    for (std::size_t level = 0; level < file.levels.size(); ++level)
      for (std::size_t q = 0; q < file.options.lambdas.size(); ++q) file.group_tables(level, q);
    const auto networks = models::make_cpu_networks(file);
    networks->analyse(models::make_grid(32, 32, 3), 0, {}, 1);
  });
  return 0;
}
