// A run as fields of a checkpoint.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "checker/checker.hpp"
#include "checker/checkpoint/fields.hpp"

namespace nsmc::checker {

template <lang::System S>
void save_run(const Run<S>& run, FieldWriter& to) {
  to.number(run.initial);
  to.number(run.actions.size());
  to.bytes(std::as_bytes(std::span(run.actions)));
}

template <lang::System S>
Run<S> load_run(FieldReader& from) {
  Run<S> run;
  run.initial = from.number();
  for (std::uint64_t left = from.number(); left > 0; --left) {
    run.actions.emplace_back();
    from.bytes(std::as_writable_bytes(std::span(&run.actions.back(), 1)));
  }
  return run;
}

}  // namespace nsmc::checker
