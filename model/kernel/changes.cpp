// Kernels as prefixes of the list of changes.
// SPDX-License-Identifier: MIT
#include "model/kernel/changes.hpp"

#include <charconv>
#include <vector>

namespace nsmc::kernel {
namespace {

constexpr std::string_view kSeed = "2.6.24-seed";

// 2.6.27-rc6 counts as 2.6.27: what came in before a release is in it.
std::vector<int> version(std::string_view name) {
  std::vector<int> numbers;
  const char* at = name.data();
  const char* const end = at + name.size();
  while (at < end) {
    int number = 0;
    const auto [after, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) break;
    numbers.push_back(number);
    if (after == end || *after != '.') break;
    at = after + 1;
  }
  return numbers;
}

// Whether a kernel of this name has the change.
bool has(std::string_view kernel, const ChangeRow& row) {
  return kernel != kSeed && !row.since.empty() && version(row.since) <= version(kernel);
}

std::vector<Kernel> all() {
  std::vector<Kernel> kernels = {
      {kSeed, "2.6.24-rc1 with the patch of October 2007, as posted"},
      {"2.6.27", "zap leaves a reaper behind, and a new one is found"},
      {"2.6.28", "kill(-1) stays inside"},
      {"2.6.30", "init is immune from inside, no zombie is lost"},
      {"2.6.32", "init cannot make siblings"},
      {"2.6.36", "last_pid only moves forward"},
      {"2.6.39", "next_pidmap() looks at its argument"},
      {"3.5", "init is the last process of its namespace"},
      {"3.7", "namespaces nest 32 deep, and are freed in a loop"},
      {"4.0", "fork() says why it got no number"},
  };
  for (Kernel& kernel : kernels)
    for (const ChangeRow& row : kChanges)
      if (row.change && has(kernel.name, row))
        kernel.changes |= std::uint64_t{1} << static_cast<int>(*row.change);
  return kernels;
}

}  // namespace

std::span<const Kernel> kernels() {
  static const std::vector<Kernel> kAll = all();
  return kAll;
}

const Kernel* find_kernel(std::string_view name) {
  for (const Kernel& kernel : kernels())
    if (kernel.name == name) return &kernel;
  return nullptr;
}

const ChangeRow* find_change(std::string_view id) {
  for (const ChangeRow& row : kChanges)
    if (row.id == id) return &row;
  return nullptr;
}

}  // namespace nsmc::kernel
