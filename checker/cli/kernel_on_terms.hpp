// The kernel of model/ as a model that runs on terms: sizes, kinds, names.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/symbolic/domain_fields.hpp"
#include "model/kernel/program.hpp"

namespace nsmc::cli {

// What checker/symbolic/domain.hpp asks of a model.
struct KernelOnTerms {
  using Config = kernel::Config;
  using Userland = kernel::Userland;
  template <class K>
  using State = kernel::State<K>;
  template <class K>
  using PidNr = symbolic::Num<0, kernel::kPidMax>;

  static constexpr symbolic::Kind kTasks = 0, kNamespaces = 1, kPids = 2, kNsproxies = 3,
                                  kCaches = 4, kContexts = 5, kLevel = 6, kNumber = 7;
  static constexpr int kSysctlMin = 301, kSysctlMax = 4 * 1024 * 1024;  // pid_max
  static constexpr int kAnyArgument = kernel::kAnyArgument;
  static constexpr int kLevels = kernel::kLevels, kPages = kernel::kPages;

  template <class K, class T>
  static constexpr symbolic::Kind kind() {
    if (std::is_same_v<T, kernel::task_struct<K>>) return kTasks;
    if (std::is_same_v<T, kernel::pid_namespace<K>>) return kNamespaces;
    if (std::is_same_v<T, kernel::pid_struct<K>>) return kPids;
    if (std::is_same_v<T, kernel::nsproxy<K>>) return kNsproxies;
    if (std::is_same_v<T, kernel::pid_cache<K>>) return kCaches;
    if (std::is_same_v<T, kernel::kernel_stack<K>>) return kContexts;
    return symbolic::kNoKind;
  }
  // A struct pid's numbers are counted by level, and lemmas speak of levels.
  template <class K, class T>
  static constexpr symbolic::Kind inner_kind() {
    return std::is_same_v<T, kernel::upid<K>> ? kLevel : symbolic::kNoKind;
  }
  static const char* name(symbolic::Kind kind) {
    static constexpr const char* kNames[] = {"task",  "ns",      "pid",   "nsproxy",
                                             "cache", "context", "level", "nr"};
    return kNames[kind];
  }
  template <class K>
  static std::span<const lang::Function> functions() {
    return kernel::kFunctions<K>;
  }
  template <class S, class Int>
  static auto& stack(S& state, const Int& context) {
    return state.stacks[context];
  }
  template <template <class> class Obj, class S>
  static auto& pool(S& state) {
    return kernel::Concrete::pool_of<Obj>(state);
  }
  template <template <class> class Obj>
  static constexpr int capacity() {
    return std::remove_cvref_t<decltype(kernel::Concrete::pool_of<Obj>(
        std::declval<kernel::State<kernel::Concrete>&>()))>::kSize;
  }
  template <template <class> class Obj>
  static int bound(const Config& config) {
    return kernel::Concrete::bound_of<Obj>(config);
  }
  // The pidmap of a namespace is an array in it.
  template <class K, class T>
  static int size(const Config& config) {
    return std::is_same_v<T, kernel::pidmap<K>> ? config.pidmap_entries() : 0;
  }
  static bool may_be_unwritten(symbolic::Kind kind) { return kind == kNamespaces || kind == kPids; }
  static bool may_dangle(symbolic::Kind kind) { return kind == kTasks; }
};

using Terms = symbolic::Domain<KernelOnTerms>;

}  // namespace nsmc::cli
