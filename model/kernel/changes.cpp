// Kernels as prefixes of the list of fixes.
// SPDX-License-Identifier: MIT
#include "model/kernel/changes.hpp"

namespace nsmc::kernel {
namespace {

constexpr std::uint32_t bit(Change change) { return 1U << static_cast<int>(change); }

constexpr std::uint32_t k2627 = bit(Change::bz_07) | bit(Change::bz_08);
constexpr std::uint32_t k2630 = k2627 | bit(Change::bz_10);
constexpr std::uint32_t k2632 = k2630 | bit(Change::bz_09);
constexpr std::uint32_t k2636 = k2632 | bit(Change::bz_11);

constexpr std::uint32_t k2639 = k2636 | bit(Change::bz_15);

constexpr Kernel kKernels[] = {
    {"2.6.24-seed", "2.6.24-rc1 with the patch of October 2007, as posted", 0},
    {"2.6.27", "the seed with the fixes of BZ-07 and BZ-08", k2627},
    {"2.6.30", "2.6.27 with the fix of BZ-10", k2630},
    {"2.6.32", "2.6.30 with the fix of BZ-09", k2632},
    {"2.6.36", "2.6.32 with the fix of BZ-11", k2636},
    {"2.6.39", "2.6.36 with the fix of BZ-15", k2639},
};

}  // namespace

std::span<const Kernel> kernels() { return kKernels; }

const Kernel* find_kernel(std::string_view name) {
  for (const Kernel& kernel : kKernels)
    if (kernel.name == name) return &kernel;
  return nullptr;
}

const Bug* find_bug(std::string_view id) {
  for (const Bug& bug : kBugs)
    if (bug.id == id) return &bug;
  return nullptr;
}

}  // namespace nsmc::kernel
