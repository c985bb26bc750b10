// Systems whose moves are made by actors, each of which looks at a few parts of the state.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "model/lang/footprint.hpp"
#include "model/lang/system.hpp"

namespace nsmc::lang {

// Where each part of a state ends, rising; a part is what changes together, such as an object.
// Empty: the system says nothing of its parts.
template <class S>
std::vector<std::size_t> part_ends(const S& system) {
  if constexpr (requires { system.part_ends(); }) return system.part_ends();
  return {};
}

// What an engine may ask besides.
//
// actors()       how many there are; successors() makes the moves of each, in this order
// is_local()     whether moves_of() can be asked of this instance
// moves_of(s, a, footprint, emit)
//                the moves of one actor, as successors() makes them.  Given a footprint, it has in
//                the end all that was read of `s` to know the moves and what they do; during emit()
//                it has what this move wrote.  The same actor does the same in each state that has
//                the same in the bytes that were read: it writes the same to the same bytes.
template <class S>
concept Local = System<S> &&
    requires(const S& system, const typename S::State& s, Footprint* footprint,
             void (*emit)(const typename S::Action&, const typename S::State&,
                          const typename S::Events&)) {
  { system.actors() } -> std::same_as<int>;
  { system.is_local() } -> std::same_as<bool>;
  { system.part_ends() } -> std::same_as<std::vector<std::size_t>>;
  system.moves_of(s, 0, footprint, emit);
};

}  // namespace nsmc::lang
