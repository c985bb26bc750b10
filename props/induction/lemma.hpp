// A lemma of the proof for any number of objects: one row, true of every tuple of its objects.
// SPDX-License-Identifier: MIT
//
// The claims of the catalogue (row.hpp) that are proved for all sizes stand here as lemmas, with
// those that the induction needs besides.  A lemma is a template over the machine like the kernel
// functions: the explorer judges it in each state that it reaches, and the proof on terms.  It is
// one condition, without a branch: all(), any() and implies().
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/kernel/program.hpp"

namespace nsmc::props {

using kernel::all;

// What a lemma speaks of: objects by their slot, contexts by their number, levels, pid numbers.
enum class Sort { task, ns, pid, nsproxy, cache, context, level, nr };

template <class K>
struct Lemma {
  std::string_view id;
  std::string_view says;  // one present-tense sentence
  std::vector<Sort> over;
  typename K::Bool (*holds)(std::span<const typename K::Int>) = nullptr;
  // The row of the catalogue that is proved if all lemmas and contracts with its id are; empty: a
  // help.
  std::string_view property = {};
};

template <class A, class B>
auto implies(const A& a, const B& b) {
  return (!a) | b;
}
template <class... Bool>
auto any(const Bool&... conditions) {
  return (conditions | ...);
}

// What lemmas read: nothing here can end in an Oops.
template <class K>
struct Reading {
  using Int = typename K::Int;
  using Bool = typename K::Bool;
  using Arguments = std::span<const Int>;

  static auto& task(const Int& t) { return object<kernel::task_struct>(t); }
  static auto& ns(const Int& n) { return object<kernel::pid_namespace>(n); }
  static auto& pid(const Int& p) { return object<kernel::pid_struct>(p); }
  static auto& proxy(const Int& x) { return object<kernel::nsproxy>(x); }
  static auto& cache(const Int& k) { return object<kernel::pid_cache>(k); }
  static auto& locals(const Int& context) { return K::stack_of(context); }

  // A value, and the slot that a pointer points at.
  template <class Cell>
  static Int of(const Cell& cell) {
    if constexpr (requires { typename Cell::Target; })
      return Int(K::target(cell).slot());
    else
      return K::peek(cell);
  }
  template <class Cell>
  static Bool written(const Cell& cell) {
    return !K::unwritten(cell);
  }
  static Bool live(const auto& object) { return of(object.allocated) == 1; }

  // How many fields hold an object, by what they hold of it.
  static Int refs_of_ns(const Int& n) { return holders<Ref, kernel::pid_namespace>(n); }
  static Int refs_of_proxy(const Int& x) { return holders<Ref, kernel::nsproxy>(x); }
  static Int owners_of_proxy(const Int& x) { return holders<Own, kernel::nsproxy>(x); }
  static Int refs_of_pid(const Int& p) { return holders<Ref, kernel::pid_struct>(p); }
  static Int hooks_of_pid(const Int& p) { return holders<Hook, kernel::pid_struct>(p); }
  static Int owners_of_pid(const Int& p) { return holders<Own, kernel::pid_struct>(p); }
  static Int owners_of_task(const Int& t) { return holders<Own, kernel::task_struct>(t); }

 private:
  template <template <class> class Obj>
  using Ref = typename K::template Ref<Obj>;
  template <template <class> class Obj>
  using Hook = typename K::template Hook<Obj>;
  template <template <class> class Obj>
  using Own = typename K::template Own<Obj>;

  static typename K::Slot slot(const Int& i) { return static_cast<typename K::Slot>(i); }
  template <template <class> class Obj>
  static auto& object(const Int& i) {
    return K::template unchecked<Obj>(slot(i));
  }
  template <template <template <class> class> class Holder, template <class> class Obj>
  static Int holders(const Int& i) {
    return K::template holders<Holder<Obj>>(lang::Ptr<K, Obj>{slot(i)});
  }
};

}  // namespace nsmc::props
