// The life of one PID namespace as an onlooker sees it: the one place that says what is seen.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>

#include "model/kernel/pidns.hpp"

namespace nsmc::kernel {

// In the order in which they are told if one move is several of them.
inline constexpr std::array<std::string_view, 5> kNsEvents = {
    "create",       // create_pid_namespace(): it is there
    "alloc_pid",    // a number is taken in it
    "reaper_exit",  // its child_reaper begins to exit
    "free_pid",     // a number is free again
    "destroy"       // destroy_pid_namespace(): it is gone
};

// Numbers in use in the namespace with this index, without 0, which is of nobody.
inline int ns_numbers(const Pidns::State& s, int ns) {
  int numbers = 0;
  for (const auto& page : s.namespaces[ns].pidmap_) {
    if (page.bits.poisoned()) continue;
    unsigned bits = static_cast<unsigned>(page.bits.value());
    if (&page == &s.namespaces[ns].pidmap_[0]) bits &= ~1U;
    numbers += std::popcount(bits);
  }
  return numbers;
}

// Which of kNsEvents a move is, for this namespace, as a set of bits.
inline unsigned ns_events(const Pidns::State& before, const Pidns::State& after, int ns) {
  const auto exists = [ns](const Pidns::State& s) {
    return s.namespaces[ns].allocated.value() == 1;
  };
  const bool was = exists(before), is = exists(after);
  unsigned events = 0;
  const auto see = [&](std::size_t event, bool happens) {
    if (happens) events |= 1U << event;
  };
  see(0, !was && is);
  see(4, was && !is);
  if (!was || !is) return events;
  const int numbers = ns_numbers(after, ns) - ns_numbers(before, ns);
  see(1, numbers > 0);
  see(3, numbers < 0);
  const auto& reaper = before.namespaces[ns].child_reaper;
  if (reaper.poisoned() || reaper.slot() == 0) return events;
  const auto exits = [&](const Pidns::State& s) {
    return s.tasks[reaper.slot() - 1].PF_EXITING.value() == 1;
  };
  see(2, !exits(before) && exits(after));
  return events;
}

}  // namespace nsmc::kernel
