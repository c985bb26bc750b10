// How often each step was taken and each end was met, as fields of a checkpoint.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checker/checkpoint/fields.hpp"

namespace nsmc::checker {

using Ends = std::map<std::string, std::uint64_t>;

inline void save_counts(const std::vector<std::uint64_t>& steps, const Ends& ends,
                        FieldWriter& to) {
  for (const std::uint64_t count : steps) to.number(count);
  to.number(ends.size());
  for (const auto& [name, count] : ends) {
    to.text(name);
    to.number(count);
  }
}

// REQUIRES: there are as many steps as were saved.
inline void load_counts(std::vector<std::uint64_t>& steps, Ends& ends, FieldReader& from) {
  for (std::uint64_t& count : steps) count = from.number();
  for (std::uint64_t left = from.number(); left > 0; --left) {
    const std::string name = from.text();
    ends[name] = from.number();
  }
}

}  // namespace nsmc::checker
