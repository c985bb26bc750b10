// The states that stand for others, as an engine takes them: slots renamed, dead values forgotten.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "model/kernel/dead_fields.hpp"
#include "model/kernel/symmetry.hpp"

namespace nsmc::kernel {

class Quotient {
 public:
  using State = Pidns::State;

  struct Merges {
    bool symmetry = true;          // states that are one but for the names of slots
    bool dead_fields = true;       // ... but for values that nothing reads any more
    bool keeps_free_depth = true;  // a claim about states reads it
  };

  // REQUIRES: what it merges is refused neither by Symmetry nor by DeadFields.
  Quotient(const Pidns& system, const Merges& merges) : system_(system) {
    if (merges.symmetry) symmetry_.emplace(system);
    if (merges.dead_fields) dead_fields_.emplace(merges.keeps_free_depth);
  }

  void normalise(State& state) const {
    if (dead_fields_) dead_fields_->forget(state);
    if (symmetry_) symmetry_->normalise(state);
  }
  template <class Emit>
  void successors(const State& from, Emit&& emit) {
    if (symmetry_)
      symmetry_->successors(from, emit);
    else
      system_.successors(from, [&](const auto& action, const auto& after, const auto& events) {
        emit(from, action, after, events);
      });
  }
  bool is_exact() const { return !symmetry_ || symmetry_->is_exact(); }
  void admit_extra_moves() {
    if (symmetry_) symmetry_->admit_extra_moves();
  }

 private:
  const Pidns& system_;
  std::optional<Symmetry> symmetry_;
  std::optional<DeadFields> dead_fields_;
};

}  // namespace nsmc::kernel
