// How large the benchmark model is, and what is known of it at each size.
// SPDX-License-Identifier: MIT
//
// The counts were agreed on by independent engines before this one existed: a plain reference
// explorer, SPIN 6.5.2, rumur, CMurphi 5.4.9, LTSmin and TLC, each from its own text of the same
// rules, the smaller rows by all, D and E by SPIN and LTSmin (D also by rumur and CMurphi), F by
// two explorers of the throw-away kind.  docs/performance.md says what each tool counts.  Orbits
// are states up to a renaming of slots, counted by rumur with exhaustive symmetry reduction up to
// B, and by a throw-away explorer beyond it.  All of H, the first row with more than 10^9 states,
// is only this project's own.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace nsmc::bench {

struct Bounds {
  int tasks = 1;       // T: task slots besides init
  int namespaces = 1;  // N: namespace slots besides init_pid_ns
  int pids = 1;        // P: pid numbers 1..P in every namespace
  int levels = 1;      // L: deepest nesting; init_pid_ns is at level 0
  int mounts = 0;      // M: procfs mounts at one time
  // Namespaces lie in slots above that of the one around them, and used slots below free ones.  Of
  // all states that is wrong; of the canonical ones (canonical.hpp) it is true, and saves bits.
  bool in_order = false;
};
constexpr Bounds in_order(Bounds bounds) {
  bounds.in_order = true;
  return bounds;
}

struct Row {
  std::string_view id;
  Bounds bounds;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint32_t diameter = 0;
  std::uint64_t orbits = 0;
  std::uint64_t orbit_transitions = 0;  // out of one state of each

  // Else nobody knows, and the state may not even fit a word.
  constexpr bool is_known_whole() const { return states != 0; }
};

inline constexpr std::array<Row, 12> kTable = {{
    {"a", {2, 1, 3, 1, 1}, 1'049, 3'739, 11, 529, 1'889},
    {"b", {2, 1, 4, 1, 1}, 3'826, 13'454, 14, 1'921, 6'761},
    {"c", {2, 2, 3, 2, 1}, 6'531, 23'885, 14, 1'661, 6'093},
    {"d", {3, 1, 4, 1, 0}, 52'213, 218'476, 13, 8'773, 36'814},
    {"A", {3, 1, 4, 1, 1}, 116'017, 575'413, 14, 19'525, 97'033},
    {"B", {3, 2, 4, 2, 1}, 1'960'489, 9'641'986, 21, 164'437, 810'220},
    {"C", {4, 1, 5, 1, 0}, 13'346'277, 74'177'421, 20, 559'977, 3'119'913},
    {"D", {3, 2, 5, 2, 1}, 14'513'413, 69'906'738, 25, 1'212'721, 5'845'270},
    {"E", {3, 2, 6, 2, 1}, 61'741'551, 294'702'990, 31, 5'152'741, 24'603'485},
    {"F", {4, 2, 5, 2, 0}, 327'721'189, 1'694'506'929, 24, 6'849'897, 35'472'521},
    {"H", {3, 2, 9, 2, 1}, 1'163'433'129, 5'488'638'426, 49, 96'996'097, 457'637'330},
    {"G", in_order({4, 2, 6, 2, 1}), 0, 0, 34, 321'023'281, 1'964'643'373},
}};

constexpr const Row& row(std::string_view id) {
  for (const Row& each : kTable)
    if (each.id == id) return each;
  throw std::out_of_range("the table has no such row");
}

}  // namespace nsmc::bench
