#include "models/launch_place.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

struct Launcher {
  const char *rank, *size;
};

// What is typed by hand comes first, so that it can overrule a launcher.
constexpr Launcher kByHand = {"RANK", "WORLD_SIZE"};
constexpr Launcher kLaunchers[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                   {"PMI_RANK", "PMI_SIZE"},
                                   {"SLURM_PROCID", "SLURM_NTASKS"}};

constexpr std::int64_t kMostProcesses = 1 << 20, kMostPort = 65535;

std::int64_t integer_in(const char* name, std::string_view text, std::int64_t least,
                        std::int64_t most) {
  std::int64_t value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || stop != text.data() + text.size() || value < least || value > most)
    throw Error(ErrorKind::kUsage, name, "=", text, ": expected an integer from ", least, " to ",
                most);
  return value;
}

// One of the two alone is a slip of the hand; launchers set both, but a shell inside of an
// allocation may see the size only.
const Launcher* launcher_in(const Variables& variables) {
  const char* const rank = variables(kByHand.rank);
  const char* const size = variables(kByHand.size);
  if (rank && size) return &kByHand;
  if ((rank || size) && !(size && std::string_view(size) == "1"))
    throw Error(ErrorKind::kUsage, rank ? kByHand.rank : kByHand.size, " is set and ",
                rank ? kByHand.size : kByHand.rank,
                " is not; every process wants both, or neither to train alone");
  if (size) return nullptr;
  for (const auto& launcher : kLaunchers)
    if (variables(launcher.rank) && variables(launcher.size)) return &launcher;
  return nullptr;
}

}  // namespace

LaunchPlace launch_place(const Variables& variables) {
  LaunchPlace place;
  const auto* const launcher = launcher_in(variables);
  if (!launcher) return place;
  place.size = integer_in(launcher->size, variables(launcher->size), 1, kMostProcesses);
  place.rank = integer_in(launcher->rank, variables(launcher->rank), 0, place.size - 1);
  if (place.size == 1) return place;
  const char* const address = variables("MASTER_ADDR");
  if (!address || !*address)
    throw Error(ErrorKind::kUsage, launcher->size, "=", place.size,
                ": MASTER_ADDR is not set; give every process the host of rank 0, or set "
                "WORLD_SIZE=1 to train in one");
  place.address = address;
  if (const char* const port = variables("MASTER_PORT"))
    place.port = static_cast<std::uint16_t>(integer_in("MASTER_PORT", port, 1, kMostPort));
  if (const char* const interface = variables("GLOO_SOCKET_IFNAME")) place.interface = interface;
  return place;
}

LaunchPlace launch_place() {
  return launch_place([](const char* name) { return std::getenv(name); });
}

}  // namespace vqcodec::models
