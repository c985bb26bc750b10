// Liveness: what must happen in the end, and who cannot be kept waiting for ever.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>

#include "model/lang/system.hpp"

namespace nsmc::lang {

// What an actor is owed for a move, after Lamport, "The Temporal Logic of Actions", TOPLAS 1994.
enum class Fairness : std::uint8_t {
  none,   // it may stay out for ever
  weak,   // if such a move is possible from some point on without a break, it is made
  strong  // if such a move is possible again and again, it is made; weak as well
};

// A System may say what its moves are owed: fairness(s, a) of a move that is possible in s.  One
// that does not owes nothing to anybody, and then nothing ever has to happen.
template <class S>
concept Fair = System<S> &&
    requires(const S& system, const typename S::State& s, const typename S::Action& a) {
  { system.fairness(s, a) } -> std::same_as<Fairness>;
};

template <System S>
Fairness fairness_of(const S& system, const typename S::State& s, const typename S::Action& a) {
  if constexpr (Fair<S>)
    return system.fairness(s, a);
  else
    return Fairness::none;
}

// To whom it is owed: by name, the actor unless the system says party(s, a).  One actor can serve
// many, such as a thread that works off a queue, and be fair to all but one of them.
template <System S>
std::string party_of(const S& system, const typename S::State& s, const typename S::Action& a) {
  if constexpr (requires { system.party(s, a); })
    return system.party(s, a);
  else
    return system.actor(a);
}

// G(from -> F to), on all fair runs, for each of `instances` things of one kind on its own: that
// some task gets there is not that this one does.
template <class S>
struct LeadsTo {
  using Of = std::function<bool(const S&, const typename S::State&, int instance)>;
  std::string id;
  std::string says;    // one present-tense sentence
  std::string source;  // man page section, commit ("subject"), or "ours"
  int instances = 1;
  Of from, to;
};

}  // namespace nsmc::lang
