// The whole proof for any number of objects: lemmas, ghosts, and what counts as one step.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/induction/locals.hpp"
#include "props/induction/namespaces.hpp"
#include "props/induction/numbers.hpp"
#include "props/induction/pids.hpp"
#include "props/induction/references.hpp"
#include "props/induction/tasks.hpp"

namespace nsmc::props {

template <class K>
struct induction {
  static std::vector<Lemma<K>> lemmas() {
    std::vector<Lemma<K>> all;
    const auto add = [&all](const std::vector<Lemma<K>>& rows) {
      all.insert(all.end(), rows.begin(), rows.end());
    };
    add(references_lemmas<K>::rows());
    add(namespaces_lemmas<K>::rows());
    add(pids_lemmas<K>::rows());
    add(numbers_lemmas<K>::rows());
    add(locals_lemmas<K>::rows());
    add(tasks_lemmas<K>::rows());
    return all;
  }

  // Steps that belong to the one before them: between the two, a local says less than the truth.
  // None of them is a place where another task may run (its row has no `why`).
  struct Joined {
    lang::StepFunction step;
    std::string_view why;
  };
  static std::vector<Joined> joined() {
    using namespace kernel;
    return {
        {copy_namespaces<K>::get_nsproxy, "the child's nsproxy is not counted before it"},
        {copy_pid_ns<K>::get_old, "the caller's namespace is not counted before it"},
        {put_pid_ns<K>::free_pid_ns, "kref is 0, and the namespace still there"},
        {alloc_pid<K>::number_taken, "the number is in a register"},
        {free_pidmap<K>::clear_bit, "the number is given up, and its bit still set"},
        {userland<K>::forked, "the child is attached, and still in the caller's hands"},
        {userland<K>::return_to_user, "the result is in a register"},
        {userland<K>::waited, "the result is in a register"},
        {do_exit<K>::do_task_dead, "the task is a zombie, and still runs"},
    };
  }

  struct Before {
    lang::StepFunction step;
    void (*update)();
  };
  static std::vector<Before> ghosts() {
    using numbers = numbers_lemmas<K>;
    return {
        {kernel::alloc_pidmap<K>::test_and_set_bit, numbers::bit_is_about_to_be_set},
        {kernel::alloc_pid<K>::number_taken, numbers::number_is_about_to_be_recorded},
        {kernel::free_pid<K>::unhash, numbers::pid_is_about_to_be_freed},
    };
  }

  // What "proved" leaves out of a row of the catalogue.
  struct Scope {
    std::string_view property, proved_for;
  };
  static constexpr Scope scopes[] = {
      {"I3", "namespaces, pids, nsproxies and caches; tasks are explored only"},
      {"I6", "levels; that there is a limit is explored only"},
      {"I9", "hashed pids; that no two tasks share one is explored only"},
      {"I14", "pid_max may be anything, and stays as it is during the call"},
      {"I40", "copy_pid_ns()"},
  };

  // What no step may end in, besides the use of a namespace, a pid, an nsproxy or a cache that is
  // not allocated, and freeing one twice.
  static std::vector<lang::Fault> excluded() {
    return {lang::Fault::refcount_underflow, lang::Fault::wrong_cache};
  }
};

}  // namespace nsmc::props
