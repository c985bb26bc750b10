// What a kernel does when it meets a bug that a sanitizer would report: it stops.
// SPDX-License-Identifier: MIT
//
// A checked dereference throws an Oops, the machine records it in the state and nothing runs after
// it.  So use-after-free, NULL, double free and uninitialised reads are found by construction,
// the way KASAN and KMSAN find them, and a trace ends in the step that did it.
#pragma once

#include <cstdint>
#include <string_view>

namespace nsmc::lang {

enum class Fault : std::uint8_t {
  none,
  null_dereference,     // NULL, or a pointer into the NULL page
  use_after_free,       // KASAN: the object is not allocated
  double_free,          // the object was freed before
  uninitialised_read,   // KMSAN: the field was never written
  out_of_range,         // UBSAN: an index outside its array
  refcount_underflow,   // a count dropped below zero, or was taken at zero
  wrong_cache,          // an object was given back to a cache it did not come from
  nsproxy_of_the_dead,  // nsproxy of a task that has given it up was dereferenced
  bug,                  // BUG(), BUG_ON()
  panic                 // panic()
};
inline constexpr int kFaults = 11;

// Printed in traces and used as names in scenarios.
constexpr std::string_view fault_name(Fault fault) {
  constexpr std::string_view names[kFaults] = {"none",
                                               "null_dereference",
                                               "use_after_free",
                                               "double_free",
                                               "uninitialised_read",
                                               "out_of_range",
                                               "refcount_underflow",
                                               "wrong_cache",
                                               "nsproxy_of_the_dead",
                                               "bug",
                                               "panic"};
  return names[static_cast<int>(fault)];
}

struct Oops {
  Fault fault = Fault::bug;
};

}  // namespace nsmc::lang
