// models/launch_place.h: a process's place among those that train one model, as launchers tell it.
//
// Variables of torchrun (RANK, WORLD_SIZE), Open MPI (OMPI_COMM_WORLD_RANK, _SIZE), MPICH and Intel
// MPI (PMI_RANK, PMI_SIZE) and Slurm (SLURM_PROCID, SLURM_NTASKS), the first that are set; with
// each of them MASTER_ADDR, the host of rank 0, and MASTER_PORT (29500). GLOO_SOCKET_IFNAME names
// the network's interface where the one of the host's name is not it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace vqcodec::models {

struct LaunchPlace {
  std::int64_t rank = 0, size = 1;
  std::string address;  // of rank 0
  std::uint16_t port = 29500;
  std::string interface = {};  // of the network; empty: the one of the host's name
};

// As getenv: null where a variable is not set.
using Variables = std::function<const char*(const char* name)>;

// Without any of these variables a process is alone. Throws Error(kUsage).
LaunchPlace launch_place(const Variables& variables);
LaunchPlace launch_place();  // of this process

}  // namespace vqcodec::models
