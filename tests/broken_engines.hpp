// Engines that are broken on purpose, one fault each: what a comparison of engines has to notice.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/engines.hpp"

namespace nsmc::tests {

// A claim about the kernel as one about a system that is built on it.
template <class S>
std::vector<lang::Property<S>> claims_for(const std::vector<Claim>& claims) {
  std::vector<lang::Property<S>> all;
  for (const Claim& claim : claims) {
    lang::Property<S> one{claim.id,     claim.says,    claim.source,
                          claim.expect, claim.scope,   claim.holds,
                          {},           claim.premise, {}};
    const auto of_move = [](const auto& predicate) {
      return [predicate](const S& s, const lang::Move<S>& m) {
        return predicate(s, lang::Move<System>{m.before, m.action, m.after, m.events});
      };
    };
    if (claim.holds_move) one.holds_move = of_move(claim.holds_move);
    if (claim.premise_move) one.premise_move = of_move(claim.premise_move);
    all.push_back(std::move(one));
  }
  return all;
}

template <class S>
Opinion searched_as(const Bound& bound) {
  const S system(*bound.system);
  return opinion_of(checker::search<S>(system, claims_for<S>(bound.claims), {}));
}

struct DropsThirdMove : System {
  explicit DropsThirdMove(const System& system) : System(system) {}
  template <class Emit>
  void successors(const State& from, Emit&& emit) const {
    int moves = 0;
    System::successors(from, [&](const Action& action, const State& to, const Events& events) {
      if (++moves != 3) emit(action, to, events);
    });
  }
};

struct SaysAMoveTwice : System {
  explicit SaysAMoveTwice(const System& system) : System(system) {}
  template <class Emit>
  void successors(const State& from, Emit&& emit) const {
    System::successors(from, [&](const Action& action, const State& to, const Events& events) {
      emit(action, to, events);
      if (action.script[0] == 1) emit(action, to, events);
    });
  }
};

struct EveryEndIsExpected : System {
  explicit EveryEndIsExpected(const System& system) : System(system) {}
  static std::string terminal(const State&) { return "every program has ended"; }
};

struct MaskWithoutABit : System {
  explicit MaskWithoutABit(const System& system) : System(system) {}
  std::vector<std::uint8_t> significant_bits() const {
    std::vector<std::uint8_t> bits = System::significant_bits();
    for (std::uint8_t& byte : bits)
      if (byte == 3) byte = 1;
    return bits;
  }
};

// Takes states with equal hashes of some bits for equal.
template <class Hash>
struct HashIsEquality : checker::StateStore<checker::NoAction, Hash> {
  using Base = checker::StateStore<checker::NoAction, Hash>;
  using Base::Base;
  checker::Insertion insert(const std::byte* state, std::uint32_t tag,
                            typename Base::Index parent) {
    if (!seen_.insert(tag >> 22U).second) return checker::Insertion::known;
    return Base::insert(state, tag, parent);
  }
  std::set<std::uint32_t> seen_;
};

inline Opinion lossy(const Bound& bound) {
  using Store = HashIsEquality<checker::Xxh3>;
  return opinion_of(checker::search<System, checker::Xxh3, Store>(*bound.system, bound.claims, {}));
}

inline Opinion without_last_claim(const Bound& bound) {
  Opinion opinion = searched<checker::Xxh3>(
      bound, std::span<const Claim>(bound.claims).first(bound.claims.size() - 1));
  opinion.claims.push_back({Verdict::holds, -1, true});
  return opinion;
}

// A search that was cut short and calls itself complete.
inline Opinion forgets_its_limit(const Bound& bound) {
  Opinion opinion = searched<checker::Xxh3>(bound, bound.claims, {.depth_max = 8});
  opinion.incomplete.clear();
  for (std::size_t i = 0; i < bound.claims.size(); ++i)
    if (opinion.claims[i].verdict == Verdict::unknown)
      opinion.claims[i].verdict =
          bound.claims[i].expect == lang::Expect::always ? Verdict::holds : Verdict::violated;
  return opinion;
}

// Shows the first run that it comes by, and not a shortest one.
inline Opinion takes_any_run(const Bound& bound) {
  Opinion opinion = searched<checker::Xxh3>(bound, bound.claims);
  const auto walked = checker::walk<System>(*bound.system, bound.claims, {.seed = 1, .walks = 3});
  for (std::size_t i = 0; i < bound.claims.size(); ++i)
    if (const auto& run = walked.findings[i].run)
      opinion.claims[i].moves = static_cast<int>(run->actions.size());
  return opinion;
}

inline Opinion believes_every_premise(const Bound& bound) {
  Opinion opinion = searched<checker::Xxh3>(bound, bound.claims);
  for (Opinion::OfClaim& claim : opinion.claims) claim.premise = true;
  return opinion;
}

inline std::vector<Engine> broken_engines() {
  return {{"drops the third move of a state", searched_as<DropsThirdMove>},
          {"says some moves twice", searched_as<SaysAMoveTwice>},
          {"takes every end for an expected one", searched_as<EveryEndIsExpected>},
          {"packs without a bit that matters", searched_as<MaskWithoutABit>},
          {"takes equal hashes for equal states", lossy},
          {"loses the last claim", without_last_claim},
          {"forgets that it was cut short", forgets_its_limit},
          {"takes any run for a shortest one", takes_any_run},
          {"believes every premise", believes_every_premise}};
}

}  // namespace nsmc::tests
