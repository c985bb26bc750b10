// The concrete machine: a State of bytes, a slab allocator with a quarantine, and choices.
// SPDX-License-Identifier: MIT
//
// In the kernel the machine is ambient: current, init_pid_ns, pid_max, tasklist_lock are globals.
// So it is here: one thread-local points at the machine that runs, and kernel code can be read
// beside the kernel's (docs/adr/0001).  Another value domain is another class like this one.
#pragma once

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>

#include "model/kernel/calls.hpp"
#include "model/kernel/kernel_stack.hpp"
#include "model/lang/array.hpp"
#include "model/lang/cell.hpp"
#include "model/lang/choice.hpp"
#include "model/lang/pointer.hpp"

namespace nsmc::kernel {

// Whether a scan took the first of several in the order of slots, which is nobody's choice.
enum class ScanOrder : std::uint8_t { does_not_matter, of_tasks, of_others };

// What a move reports besides the state it leads to.
struct Events {
  std::uint64_t steps[2] = {};      // which named steps it executed: bit per row
  std::uint8_t unlocked_write = 0;  // a write that needs a lock was made without it
  std::uint8_t clone_returned = 0;  // a clone() or fork() returned ...
  std::uint8_t clone_flags = 0;     // ... that was called with these CL_ flags
  std::uint8_t clone_capable = 0;   // ... by a task with CAP_SYS_ADMIN
  std::int16_t clone_result = 0;    // ... and gave this
  std::uint8_t returned = 0;        // a call returned ...
  std::int16_t result = 0;          // ... this, or is to be made again
  std::uint8_t wait_returned = 0;   // a wait4() returned ...
  std::int16_t wait_result = 0;     // ... this
  std::uint8_t oops_step = 0;       // the step in which the kernel stopped
  std::uint8_t signal_from = 0;     // a signal was sent by the task in this slot ...
  std::uint8_t signal_to = 0;       // ... to the one in this slot, whether it acts or not ...
  std::int16_t signal_nr = 0;       // ... and says that its sender is this number
  std::uint8_t spun = 0;            // a loop that waits went round without sleeping
  ScanOrder scan_order = ScanOrder::does_not_matter;  // if the machine watches it

  friend bool operator==(const Events&, const Events&) = default;
};

template <class Watching>
class ByteMachine {
 public:
  using Watch = Watching;
  using Int = int;
  using Bool = bool;
  using Slot = std::conditional_t<(kTasks < 128 && kPids < 128), std::uint8_t, std::uint16_t>;
  static constexpr Slot kNull = 0;

  template <int Lo, int Hi>
  using Num = lang::Num<Lo, Hi, Watch>;
  using Flag = Num<0, 1>;
  // A number below pid_max: a type of its own, so that its width follows the run's pid_max.
  struct PidNr : Num<0, kPidMax> {
    using Num<0, kPidMax>::operator=;
  };
  // The slot of a task in a number, where it is more than a pointer: 1 + a context, or how far a
  // scan has come.  A type of its own, so that whoever renames slots sees it (heap.hpp).
  template <int Hi>
  struct TaskSlot : Num<0, Hi> {
    using Num<0, Hi>::operator=;
  };
  // A page of the pid bitmap.
  using Bitmap = int;
  template <int Width>
  using Bits = Num<0, (1 << Width) - 1>;
  template <template <class> class Obj>
  using Link = lang::PtrCell<ByteMachine, Obj, lang::Holds::nothing>;
  template <template <class> class Obj>
  using Ref = lang::PtrCell<ByteMachine, Obj, lang::Holds::reference>;
  template <template <class> class Obj>
  using Hook = lang::PtrCell<ByteMachine, Obj, lang::Holds::list>;
  template <template <class> class Obj>
  using Own = lang::PtrCell<ByteMachine, Obj, lang::Holds::object>;
  template <class T, int N>
  using Array = lang::Array<T, N>;

  static ByteMachine& on() { return *on_; }

  // Runs on this machine until the scope ends.
  class Scope {
   public:
    explicit Scope(ByteMachine& machine) : previous_(on_) { on_ = &machine; }
    ~Scope() { on_ = previous_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ByteMachine* previous_;
  };

  ByteMachine(State<ByteMachine>& at, const Config& of, const Userland& programs,
              lang::Chooser* choices = nullptr)
      : state(at), config(&of), user(&programs), chooser(choices) {}

  State<ByteMachine>& state;
  const Config* config;
  const Userland* user;
  lang::Chooser* chooser;
  Events events;
  int context = 0;             // who runs: a task's slot - 1, or kSoftirq
  bool watches_scans = false;  // reports Events::scan_order
  // For mutations (mutate.hpp):
  int found_to_skip = 0;  // scans pass over so many of what they look for
  bool scanned = false;   // there was a scan
  int mutated_steps = 0;  // of this move

  // The checked dereference.
  template <template <class> class Obj>
  static Obj<ByteMachine>* object(Slot slot) {
    if (slot == kNull) throw lang::Oops{lang::Fault::null_dereference};
    auto& found = on().template pool<Obj>()[slot - 1];
    if (found.allocated.value() == 0) throw lang::Oops{lang::Fault::use_after_free};
    return &found;
  }
  // The object in a slot whatever it is; in slot 0, which has none, any.  For scans.
  template <template <class> class Obj>
  static Obj<ByteMachine>& unchecked(Slot slot) {
    return on().template pool<Obj>()[slot == kNull ? 0 : slot - 1];
  }
  [[noreturn]] static void oops(lang::Fault fault) { throw lang::Oops{fault}; }
  [[noreturn]] static void uninitialised_read() {
    throw lang::Oops{lang::Fault::uninitialised_read};
  }

  int pick(int alternatives) {
    // A fork that is 33 levels deep asks more often than a script can hold: then it is the first.
    if constexpr (kLevels > lang::Script::kPicksMax)
      if (chooser->used() == lang::Script::kPicksMax) return 0;
    return chooser->pick(alternatives);
  }

  // Whether this allocation is one of those that may fail.
  bool fails() {
    if (state.failures.value() >= config->failures || pick(2) == 0) return false;
    state.failures += 1;
    return true;
  }

  // NULL when all objects of this run are in use.  A slot is not reused while anything points at it
  // (KASAN's quarantine without a size), so a stale pointer never meets a new object.
  template <template <class> class Obj>
  lang::Ptr<ByteMachine, Obj> allocate(bool zeroed) {
    const int bound = bound_of<Obj>(*config);
    const auto referenced = referenced_slots<Obj>();
    auto& objects = pool<Obj>();
    for (int i = 0; i < bound; ++i) {
      if (objects[i].allocated.value() != 0 || referenced[static_cast<std::size_t>(i + 1)])
        continue;
      objects[i] = {};  // as it is already in every state that can be reached
      if (!zeroed)
        Obj<ByteMachine>::each_field(objects[i], [](const char*, auto& field) { field.poison(); });
      objects[i].allocated = 1;
      return lang::Ptr<ByteMachine, Obj>{static_cast<Slot>(i + 1)};
    }
    return {};
  }

  template <template <class> class Obj>
  void release(lang::Ptr<ByteMachine, Obj> ptr) {
    if (!ptr) return;  // kfree(NULL)
    auto& object = pool<Obj>()[ptr.slot() - 1];
    if (object.allocated.value() == 0) throw lang::Oops{lang::Fault::double_free};
    object = {};
  }

  template <template <class> class Obj>
  auto& pool() {
    return pool_of<Obj>(state);
  }
  template <template <class> class Obj, class S>
  static auto& pool_of(S& state) {
    if constexpr (std::is_same_v<Obj<ByteMachine>, task_struct<ByteMachine>>)
      return state.tasks;
    else if constexpr (std::is_same_v<Obj<ByteMachine>, pid_namespace<ByteMachine>>)
      return state.namespaces;
    else if constexpr (std::is_same_v<Obj<ByteMachine>, pid_struct<ByteMachine>>)
      return state.pids;
    else if constexpr (std::is_same_v<Obj<ByteMachine>, nsproxy<ByteMachine>>)
      return state.nsproxies;
    else
      return state.caches;
  }

  // Each field of the state that this run's Config has a use for; the others stay zero.  For
  // predicates: steps look at all fields, as they do on terms.
  template <class F>
  void each_used_field(F&& f) const {
    each_used_field(state, *config, f);
  }
  template <class F>
  static void each_used_field(const State<ByteMachine>& state, const Config& config, F&& f) {
    State<ByteMachine>::each_field(state, f, [&config](const auto& objects, int index) {
      using Object = std::remove_cvref_t<decltype(*objects.begin())>;
      if constexpr (std::is_same_v<Object, kernel_stack<ByteMachine>>)
        return index < config.tasks || index == kSoftirq;
      else
        return index < bound_of_objects<Object>(config);
    });
  }

  // The objects of a kind as a set: the kernel's lists and its hash, whose order does not matter.
  // `is(pointer, object)` judges one and must not change anything.

  // The first for which `is` is true, NULL if there is none.
  template <template <class> class Obj, class F>
  static lang::Ptr<ByteMachine, Obj> find(F&& is) {
    const lang::Ptr<ByteMachine, Obj> found = find_after<Obj>(0, to_skip(), is);
    if (on().watches_scans && found && find_after<Obj>(found.slot(), 0, is))
      on().events.scan_order = std::is_same_v<Obj<ByteMachine>, task_struct<ByteMachine>>
                                   ? std::max(on().events.scan_order, ScanOrder::of_tasks)
                                   : ScanOrder::of_others;
    return found;
  }
  template <template <class> class Obj, class F>
  static Bool any(F&& is) {
    return static_cast<bool>(find_after<Obj>(0, to_skip(), is));
  }
  // Any one of them: a choice; NULL if there is none.
  template <template <class> class Obj, class F>
  static lang::Ptr<ByteMachine, Obj> pick_any(F&& is) {
    auto& objects = on().template pool<Obj>();
    const int bound = bound_of<Obj>(*on().config);
    Slot found[std::remove_cvref_t<decltype(objects)>::kSize];
    int count = 0;
    int skipped = to_skip();
    for (int i = 0; i < bound; ++i) {
      const auto slot = static_cast<Slot>(i + 1);
      if (is(lang::Ptr<ByteMachine, Obj>{slot}, objects[i]) && skipped-- <= 0)
        found[count++] = slot;
    }
    if (count == 0) return {};
    // Of the many that only the large machine has, one of the first.
    count = std::min(count, lang::Script::kAlternativesMax);
    return lang::Ptr<ByteMachine, Obj>{found[on().pick(count)]};
  }
  // Changes each of them; what it does to one must not depend on what it did to another.
  template <template <class> class Obj, class F, class G>
  static void each(F&& is, G&& change) {
    auto& objects = on().template pool<Obj>();
    const int bound = bound_of<Obj>(*on().config);
    int skipped = to_skip();
    for (int i = 0; i < bound; ++i)
      if (is(lang::Ptr<ByteMachine, Obj>{static_cast<Slot>(i + 1)}, objects[i]) && skipped-- <= 0)
        change(objects[i]);
  }
  // Whether the object is in any list: a Hook points at it.
  template <template <class> class Obj>
  static Bool listed(lang::Ptr<ByteMachine, Obj> ptr) {
    bool found = false;
    State<ByteMachine>::each_field(
        on().state, [&](const char*, int, const char*, const auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Hook<Obj>>)
            found = found || field.slot() == ptr.slot();
        });
    return found;
  }

  // The first i in from..to-1 for which `is(i)` is true, `to` or more if there is none.
  template <class F>
  static int first(int from, int to, F&& is) {
    int i = std::min(from + to_skip(), to);
    while (i < to && !is(i)) ++i;
    return i;
  }
  // change(i) for each i in from..to-1; what one does must not depend on what another did.
  template <class F>
  static void each_index(int from, int to, F&& change) {
    for (int i = from; i < to; ++i) change(i);
  }
  // What a sysctl is set to.
  static int sysctl(int configured) { return configured; }
  // The levels that a struct pid has room for.
  static int levels() { return kLevels; }
  // The pages that a pidmap has room for.
  static int pages() { return kPages; }

  // A value that only a scan compares: no claim that it was ever written.
  template <class Cell>
  static int peek(const Cell& cell) {
    return cell.value();
  }
  template <class Cell>
  static bool unwritten(const Cell& cell) {
    return cell.poisoned();
  }
  template <class Cell>
  static typename Cell::Target target(const Cell& cell) {
    return typename Cell::Target{static_cast<Slot>(cell.slot())};
  }
  template <class T>
  static T if_else(bool condition, T yes, T no) {
    return condition ? yes : no;
  }
  static int one_if(bool condition) { return condition; }
  static unsigned as_unsigned(int value) { return static_cast<unsigned>(value); }
  // The argument of a call, which has to be one of lo..hi.
  static int argument(const Call& call, int, int) { return call.argument; }
  // For what the model keeps in a C++ container: an index that is a plain int.
  static int plain(int value) { return value; }

  void report_clone(int flags, bool capable, int result) {
    events.clone_returned = 1;
    events.clone_flags = static_cast<std::uint8_t>(flags);
    events.clone_capable = capable;
    events.clone_result = static_cast<std::int16_t>(result);
  }
  void report_return(int result) {
    events.returned = 1;
    events.result = static_cast<std::int16_t>(result);
  }
  void report_wait(int result) {
    events.wait_returned = 1;
    events.wait_result = static_cast<std::int16_t>(result);
  }
  void report_unlocked_write() { events.unlocked_write = 1; }
  void report_signal(Slot from, Slot to, int sender_nr) {
    static_assert(kTasks < 256);
    events.signal_from = static_cast<std::uint8_t>(from);
    events.signal_to = static_cast<std::uint8_t>(to);
    events.signal_nr = static_cast<std::int16_t>(sender_nr);
  }
  void report_spin() { events.spun = 1; }
  void took_step(int number) { events.steps[number / 64] |= std::uint64_t{1} << number % 64; }
  void stopped(int number) {
    events.oops_step = static_cast<std::uint8_t>(number);
    took_step(number);
  }

  // How many objects of a kind this run can use.
  template <template <class> class Obj>
  static int bound_of(const Config& c) {
    return bound_of_objects<Obj<ByteMachine>>(c);
  }
  template <class Object>
  static int bound_of_objects(const Config& c) {
    if constexpr (std::is_same_v<Object, task_struct<ByteMachine>>)
      return c.tasks;
    else if constexpr (std::is_same_v<Object, pid_namespace<ByteMachine>>)
      return c.namespaces;
    else if constexpr (std::is_same_v<Object, pid_struct<ByteMachine>>)
      return c.pids;
    else if constexpr (std::is_same_v<Object, nsproxy<ByteMachine>>)
      return c.nsproxies;
    else
      return kCaches;
  }

  // find_next_zero_bit(), find_next_bit(): `size` if there is none.
  static int find_next_zero_bit(int bits, int size, int from) {
    for (int i = from; i < size; ++i)
      if ((bits >> i & 1) == 0) return i;
    return size;
  }
  static int find_next_bit(int bits, int size, int from) {
    return find_next_zero_bit(~bits, size, from);
  }
  // How many of the first `size` bits are set.
  static int hweight(int bits, int) { return std::popcount(static_cast<unsigned>(bits)); }
  static bool test_bit(int bits, int i) { return (bits >> i & 1) != 0; }
  static int with_bit(int bits, int i) { return bits | 1 << i; }
  static int without_bit(int bits, int i) { return bits & ~(1 << i); }

 private:
  template <template <class> class Obj, class F>
  static lang::Ptr<ByteMachine, Obj> find_after(int slot, int skipped, F&& is) {
    auto& objects = on().template pool<Obj>();
    const int bound = bound_of<Obj>(*on().config);
    for (int i = slot; i < bound; ++i) {
      const lang::Ptr<ByteMachine, Obj> ptr{static_cast<Slot>(i + 1)};
      if (is(ptr, objects[i]) && skipped-- == 0) return ptr;
    }
    return {};
  }
  // Every scan asks.
  static int to_skip() {
    on().scanned = true;
    return on().found_to_skip;
  }
  template <template <class> class Obj>
  std::bitset<std::max(kTasks, kPids) + 1> referenced_slots() const {
    std::bitset<std::max(kTasks, kPids) + 1> slots;
    State<ByteMachine>::each_field(
        state, [&slots](const char*, int, const char*, const auto& field) {
          using Cell = std::remove_cvref_t<decltype(field)>;
          if constexpr (requires { typename Cell::Target; })
            if constexpr (std::is_same_v<typename Cell::Target, lang::Ptr<ByteMachine, Obj>>)
              slots.set(static_cast<std::size_t>(field.slot()));
        });
    return slots;
  }

  static inline constinit thread_local ByteMachine* on_ = nullptr;
};

using Concrete = ByteMachine<lang::Unwatched>;
// The same with fields that say what is read and written.
using Observed = ByteMachine<lang::Watched>;

static_assert(std::is_trivially_copyable_v<State<Concrete>>);
// No padding: states are compared by their bytes.
static_assert(std::has_unique_object_representations_v<State<Concrete>>);

}  // namespace nsmc::kernel
