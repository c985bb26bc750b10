// A model that fails made smaller: part after part is left out for as long as it still fails.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tests/random_models.hpp"

namespace nsmc::tests {

// No part of the result can be left out.  `fails` is not asked about what is no model: it has to
// say false of it.
inline Model shrink(Model model, const std::function<bool(const Model&)>& fails) {
  const auto without_one = [&](auto part_of) {
    bool smaller = false;
    for (std::size_t i = part_of(model).size(); i-- > 0;) {
      Model candidate = model;
      auto& part = part_of(candidate);
      part.erase(part.begin() + static_cast<std::ptrdiff_t>(i));
      if (!fails(candidate)) continue;
      model = candidate;
      smaller = true;
    }
    return smaller;
  };
  for (bool smaller = true; smaller;) {
    smaller = without_one([](Model & m) -> auto& { return m.programs; });
    for (std::size_t p = 0; p < model.programs.size(); ++p)
      smaller |= without_one([p](Model & m) -> auto& { return m.programs[p].calls; });
    smaller |= without_one([](Model & m) -> auto& { return m.free; });
    smaller |= without_one([](Model & m) -> auto& { return m.changes; });
    smaller |= without_one([](Model & m) -> auto& { return m.settings; });
  }
  return model;
}

}  // namespace nsmc::tests
