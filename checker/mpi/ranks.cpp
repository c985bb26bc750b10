// The processes of one search under MPI.
// SPDX-License-Identifier: MIT
#include "checker/mpi/ranks.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <stdexcept>

namespace nsmc::checker {
namespace {

// An int counts elements in MPI's calls.
int count_of(std::size_t size) {
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw std::length_error("more than one call of MPI can carry");
  return static_cast<int>(size);
}

}  // namespace

// An error of MPI itself ends all ranks with a message of its own: the default of the library.
Ranks::Ranks(int* argc, char*** argv) {
  if (MPI_Init(argc, argv) != MPI_SUCCESS) throw std::runtime_error("MPI does not start");
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

Ranks::~Ranks() { MPI_Finalize(); }

int Ranks::on_this_machine() const {
  MPI_Comm here = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &here);
  int size = 1;
  MPI_Comm_size(here, &size);
  MPI_Comm_free(&here);
  return size;
}

void Ranks::sum(std::span<std::uint64_t> values) const {
  MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_UINT64_T, MPI_SUM,
                MPI_COMM_WORLD);
}

void Ranks::least(std::span<std::uint64_t> values) const {
  MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_UINT64_T, MPI_MIN,
                MPI_COMM_WORLD);
}

void Ranks::broadcast_bytes(void* bytes, std::size_t size, int from) const {
  MPI_Bcast(bytes, count_of(size), MPI_BYTE, from, MPI_COMM_WORLD);
}

void Ranks::broadcast(std::string& text, int from) const {
  std::uint64_t size = text.size();
  broadcast(size, from);
  text.resize(size);
  broadcast_bytes(text.data(), size, from);
}

std::vector<std::string> Ranks::gather(const std::string& mine) const {
  const int size = count_of(mine.size());
  std::vector<int> sizes(static_cast<std::size_t>(size_)), begins(sizes.size());
  MPI_Allgather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    begins[i] = count_of(bytes);
    bytes += static_cast<std::size_t>(sizes[i]);
  }
  std::string together(bytes, '\0');
  MPI_Allgatherv(mine.data(), size, MPI_CHAR, together.data(), sizes.data(), begins.data(),
                 MPI_CHAR, MPI_COMM_WORLD);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    all.push_back(
        together.substr(static_cast<std::size_t>(begins[i]), static_cast<std::size_t>(sizes[i])));
  return all;
}

void Ranks::abort(int exit_code) const {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();  // not reached
}

}  // namespace nsmc::checker
