// A value domain of terms for the step functions of a model, beside its concrete machine.
// SPDX-License-Identifier: MIT
//
// M says what the model is, and nothing of what its steps do:
//   M::Config, M::Userland, M::State<K>
//   M::pool<Obj>(state)        the array of a kind of objects
//   M::kind<K, T>()            the number of the kind whose structs are T; kNoKind for other arrays
//   M::inner_kind<K, T>()      what the index of an array of T in an object counts; or kNoKind
//   M::kContexts               the kind of kernel stacks: numbered from 0, all others from 1
//   M::bound<Obj>(config)      how many objects of a kind a run has; M::capacity<Obj>() at most
//   M::size<K, T>(config)      how many elements an inner array of T has on a real machine
//   M::kSysctlMin, .. Max      what the sysctl can be set to on a real machine
//   M::kAnyArgument            as the argument of a call: any that it can have
//   M::kLevels, M::kPages      sizes of inner arrays in the model
//   M::may_be_unwritten(kind)  whether objects of this kind are allocated without being cleared
//   M::may_dangle(kind)        whether pointers to this kind may be wrong: an Oops there ends the
//                              run, and the proof speaks of runs that go on
//   M::name(kind)              for people
//   M::functions<K>()          the step functions
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "checker/symbolic/cells.hpp"
#include "checker/symbolic/control.hpp"
#include "checker/symbolic/term_values.hpp"

namespace nsmc::symbolic {

// An Oops on an object of this kind.
struct KindOops : lang::Oops {
  Kind kind = kNoKind;
};

template <class M>
class Domain : public TermValues {
 public:
  using Int = symbolic::Int;
  using Bool = symbolic::Bool;
  using Slot = symbolic::Int;
  // Terms belong to a thread, so NULL is made where it is wanted.
  struct Null {
    operator Slot() const { return 0; }
  };
  static constexpr Null kNull{};

  template <int Lo, int Hi>
  using Num = symbolic::Num<Lo, Hi>;
  using Flag = Num<0, 1>;
  using PidNr = typename M::template PidNr<Domain>;
  template <int Hi>
  using TaskSlot = Num<0, Hi>;
  using Bitmap = symbolic::Bitmap;
  template <int Width>
  using Bits = symbolic::Bits<Width>;
  template <template <class> class Obj>
  using Link = PtrCell<Domain, Obj, lang::Holds::nothing>;
  template <template <class> class Obj>
  using Ref = PtrCell<Domain, Obj, lang::Holds::reference>;
  template <template <class> class Obj>
  using Hook = PtrCell<Domain, Obj, lang::Holds::list>;
  template <template <class> class Obj>
  using Own = PtrCell<Domain, Obj, lang::Holds::object>;
  template <class T, int N>
  using Array = symbolic::Array<Domain, T, N>;
  using State = typename M::template State<Domain>;

  static Domain& on() { return *on_; }

  // The fields of the state in this world.
  static const FieldTable& table(World world);
  // The state itself: places in whatever Space stands.
  static State& places(World world);

  Domain(World of, const typename M::Config& configuration, const typename M::Userland& programs,
         Initial initial = any_value)
      : space(table(of), std::move(initial)),
        state(places(of)),
        config(&configuration),
        user(&programs),
        previous_(on_) {
    on_ = this;
  }
  ~Domain() { on_ = previous_; }
  Domain(const Domain&) = delete;
  Domain& operator=(const Domain&) = delete;

  Space space;
  State& state;
  const typename M::Config* config;
  const typename M::Userland* user;
  Int context = 0;
  // What a step has reported on its way.
  struct Events {
    Int clone_returned = 0, clone_flags = 0, clone_capable = 0, clone_result = 0;
    Int wait_returned = 0, wait_result = 0, unlocked_write = 0;
    Int signal_from = 0, signal_to = 0, signal_nr = 0, spun = 0;
  } events;
  int choices = 0;  // made on this path

  static bool exact() { return Space::on().world() == World::exact; }
  void begin_path() {
    space.forget_places();
    choices = 0;
    events = {};
    space.exchange({});
  }

  // f of the state before the writes of this path.
  static auto before(auto&& f) {
    auto writes = on().space.exchange({});
    auto result = f(on().state);
    on().space.exchange(std::move(writes));
    return result;
  }

  // --- control ---------------------------------------------------------------------------------
  static const Rows& rows() {
    static const Rows kRows(M::template functions<Domain>());
    return kRows;
  }
  static FieldInfo counter_info(int function) {
    FieldInfo info = Rows::counter(rows().functions()[static_cast<std::size_t>(function)]);
    info.pool = M::kContexts;
    return info;
  }
  static Int counter(const Int& of, int function) {
    return Int(on().space.load_ghost(counter_info(function), {of.term()}));
  }
  void set_counter(const Int& of, int function, int value) {
    space.write_ghost(counter_info(function), {{of.term()}, nullptr, number(value), nullptr});
  }
  static auto& stack_of(const Int& of) { return M::stack(on().state, of); }
  // Whether this is where the context continues in the function of the row.
  static Bool at(const Int& of, lang::StepFunction row) {
    const Position position = rows().find(row);
    return counter(of, position.function) == position.row + 1;
  }
  // Whether the context is in the function of this row.
  static Bool active(const Int& of, lang::StepFunction row) {
    return counter(of, rows().find(row).function) != 0;
  }

  // --- ghosts ----------------------------------------------------------------------------------
  // A function of objects that only the proof knows; a fold would have to find it in bytes.
  struct At {
    Kind kind;
    Int index;
  };
  static Int ghost(const char* name, std::initializer_list<At> at) {
    return Int(on().space.load_ghost(ghost_info(name, at), place_of(at)));
  }
  static void set_ghost(const char* name, std::initializer_list<At> at, const Bool& where,
                        const Int& value) {
    on().space.write_ghost(ghost_info(name, at),
                           {place_of(at), where.term(), value.term(), nullptr});
  }

  // --- kinds -----------------------------------------------------------------------------------
  template <class T>
  static constexpr Kind kind_of() {
    return M::template kind<Domain, T>();
  }
  static constexpr Kind context_kind() { return M::kContexts; }
  static std::string kind_name(Kind kind) { return M::name(kind); }
  template <class T>
  static constexpr Kind inner_kind_of() {
    return M::template inner_kind<Domain, T>();
  }
  template <template <class> class Obj>
  static constexpr int capacity() {
    return M::template capacity<Obj>();
  }
  template <class T>
  static Int number_of(const Int& i) {
    constexpr Kind kKind = kind_of<T>();
    if constexpr (kKind == kNoKind || kKind == M::kContexts) return i;
    return Int(add(i.term(), number(1)));
  }
  // How many elements an array of T has, as declared or of any number of objects; 0: no end.
  template <class T>
  static int size_of(int declared) {
    if (exact()) return declared;
    return CheckedInts::standing() ? M::template size<Domain, T>(*on().config) : 0;
  }

  // --- objects ---------------------------------------------------------------------------------
  template <template <class> class Obj>
  static Obj<Domain>& unchecked(const Slot& slot) {
    return M::template pool<Obj>(on().state).at(Int(add(slot.term(), number(-1))));
  }
  // The checked dereference.
  template <template <class> class Obj>
  static Obj<Domain>* object(const Slot& slot) {
    constexpr Kind kKind = kind_of<Obj<Domain>>();
    Paths& paths = Paths::on();
    if (exact()) {
      if (slot == Slot(kNull)) throw lang::Oops{lang::Fault::null_dereference};
      Obj<Domain>& found = at_any<Obj>(slot);
      if (found.allocated.value() == 0) throw lang::Oops{lang::Fault::use_after_free};
      return &found;
    }
    paths.require((slot != Slot(kNull)).term());
    Obj<Domain>& found = unchecked<Obj>(slot);
    if (M::may_dangle(kKind))
      paths.require((found.allocated.value() == 1).term());
    else if (found.allocated.value() == 0)
      throw KindOops{{lang::Fault::use_after_free}, kKind};
    return &found;
  }
  [[noreturn]] static void oops(lang::Fault fault) { throw KindOops{{fault}, kNoKind}; }

  int pick(int alternatives) {
    return alternatives <= 1 ? 0 : Paths::on().pick(alternatives, choice_name());
  }
  bool fails() {
    if (!exact()) return pick(2) != 0;
    if (state.failures.value() >= config->failures || pick(2) == 0) return false;
    state.failures += 1;
    return true;
  }

  template <template <class> class Obj>
  lang::Ptr<Domain, Obj> allocate(bool zeroed) {
    const Slot slot = exact() ? first_unused<Obj>() : any_unused<Obj>();
    const lang::Ptr<Domain, Obj> ptr{slot};
    if (!ptr) return {};
    Obj<Domain>& made = unchecked<Obj>(slot);
    if (!exact()) {
      Paths::on().require((slot > 0).term());
      Paths::on().require((made.allocated.value() == 0).term());
    }
    clear(made, !zeroed);
    made.allocated = 1;
    return ptr;
  }
  template <template <class> class Obj>
  void release(const lang::Ptr<Domain, Obj>& ptr) {
    if (!ptr) return;  // kfree(NULL)
    Obj<Domain>& object = unchecked<Obj>(ptr.slot());
    constexpr Kind kKind = kind_of<Obj<Domain>>();
    if (!exact() && M::may_dangle(kKind))
      Paths::on().require((object.allocated.value() == 1).term());
    else if (object.allocated.value() == 0)
      throw KindOops{{lang::Fault::double_free}, kKind};
    clear(object, false);
  }

  // --- sets of objects ---------------------------------------------------------------------------
  template <template <class> class Obj, class F>
  static lang::Ptr<Domain, Obj> find(F&& is) {
    using Found = lang::Ptr<Domain, Obj>;
    if (exact()) {
      Term slot = number(0);
      for (int i = bound<Obj>(); i >= 1; --i)
        slot = symbolic::if_else(judged<Obj>(is, Int(i)), number(i), slot);
      return Found{Int(slot)};
    }
    // NULL, or any for which it is true; that NULL means "none" is not made use of.
    const Slot slot(Paths::on().fresh(M::name(kind_of<Obj<Domain>>()), Sort::integer, 0));
    const Found found{slot};
    if (!found) return {};
    Paths::on().require(judged<Obj>(is, slot));
    return found;
  }
  template <template <class> class Obj, class F>
  static Bool any(F&& is) {
    if (!exact()) return Bool(Paths::on().fresh("any", Sort::truth));
    Term found = truth(false);
    for (int i = 1; i <= bound<Obj>(); ++i) found = either(found, judged<Obj>(is, Int(i)));
    return Bool(found);
  }
  template <template <class> class Obj, class F>
  static lang::Ptr<Domain, Obj> pick_any(F&& is) {
    if (!exact()) return find<Obj>(is);
    Term count = number(0);
    std::vector<Term> holds, rank;
    for (int i = 1; i <= bound<Obj>(); ++i) {
      holds.push_back(judged<Obj>(is, Int(i)));
      rank.push_back(count);
      count = add(count, symbolic::if_else(holds.back(), number(1), number(0)));
    }
    if (Int(count) == 0) return {};
    const Term chosen = Bool(Int(count) == 1)
                            ? number(0)
                            : variable(on().choice_name(), Sort::integer, 0, bound<Obj>() - 1);
    Paths::on().require(less(chosen, count));
    Term slot = number(0);
    for (int i = bound<Obj>(); i >= 1; --i) {
      const auto at = static_cast<std::size_t>(i - 1);
      slot = symbolic::if_else(both(holds[at], equal(rank[at], chosen)), number(i), slot);
    }
    return lang::Ptr<Domain, Obj>{Int(slot)};
  }
  template <template <class> class Obj, class F, class G>
  static void each(F&& is, G&& change) {
    on().space.bulk(
        [&](Term slot) {
          Term here = less(number(0), slot);
          if (exact()) here = both(here, less(slot, number(bound<Obj>() + 1)));
          return both(here, judged<Obj>(is, Int(slot)));
        },
        [&](Term slot) { change(unchecked<Obj>(Int(slot))); });
  }
  template <template <class> class Obj>
  static Bool listed(const lang::Ptr<Domain, Obj>& ptr) {
    return holders<Hook<Obj>>(ptr) > 0;
  }
  // How many fields of this type point at the object.
  template <class Holder>
  static Int holders(const typename Holder::Target& ptr) {
    if (!exact())
      return Int(on().space.holders(static_cast<int>(Holder::kHolds), target_kind<Holder>(),
                                    ptr.slot().term()));
    Term count = number(0);
    State::each_field(on().state, [&](const auto&, int, const char*, auto& field) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Holder>)
        count = add(count, symbolic::if_else(equal(field.value().slot().term(), ptr.slot().term()),
                                             number(1), number(0)));
    });
    return Int(count);
  }
  template <template <class> class Obj>
  static Int references(const lang::Ptr<Domain, Obj>& ptr) {
    return holders<Ref<Obj>>(ptr);
  }

  template <class F>
  static Int first(const Int& from, const Int& to, F&& is) {
    if (exact()) {
      int i = plain(from);
      while (i < plain(to) && !Bool(is(Int(i)))) ++i;
      return i;
    }
    const Int found(Paths::on().fresh("first"));
    if (found >= to) return found;
    Paths::on().require((found >= from).term());
    Paths::on().require(Bool(is(found)).term());
    return found;
  }
  template <class F>
  static void each_index(const Int& from, const Int& to, F&& change) {
    on().space.bulk([&](Term i) { return both(negate(less(i, from.term())), less(i, to.term())); },
                    [&](Term i) { change(Int(i)); });
  }
  // What a sysctl is set to: as configured; where C's integers are checked, whatever it may be.
  static Int sysctl(int configured) {
    if (!CheckedInts::standing()) return configured;
    return Int(variable("sysctl", Sort::integer, M::kSysctlMin, M::kSysctlMax));
  }
  static Int levels() { return exact() ? Int(M::kLevels) : Int(std::int64_t{1} << 31U); }
  static Int pages() { return exact() ? Int(M::kPages) : Int(std::int64_t{1} << 31U); }

  // --- calls and reports -------------------------------------------------------------------------
  // kAnyArgument stands for all of lo..hi at once.
  static Int argument(const auto& call, int lo, int hi) {
    if (call.argument != M::kAnyArgument) return call.argument;
    return Int(Paths::on().fresh("argument", Sort::integer, lo, hi));
  }
  void report_clone(const Int& flags, const Bool& capable, const Int& result) {
    events.clone_returned = 1;
    events.clone_flags = flags;
    events.clone_capable = if_else(capable, 1, 0);
    events.clone_result = result;
  }
  void report_return(const Int&) {}  // no claim on terms asks for it
  void report_wait(const Int& result) {
    events.wait_returned = 1;
    events.wait_result = result;
  }
  void report_unlocked_write() { events.unlocked_write = 1; }
  void report_signal(const Int& from, const Int& to, const Int& sender_nr) {
    events.signal_from = from;
    events.signal_to = to;
    events.signal_nr = sender_nr;
  }
  void report_spin() { events.spun = 1; }
  // Only a concrete run counts its steps.
  void took_step(int) {}
  void stopped(int) {}

 private:
  static FieldInfo ghost_info(const char* name, std::initializer_list<At> at) {
    FieldInfo info;
    info.name = name;
    info.pool = at.begin()->kind;
    if (at.size() > 1) info.inner = std::next(at.begin())->kind;
    return info;
  }
  static Place place_of(std::initializer_list<At> at) {
    Place place;
    for (const At& a : at) place.push_back(a.index.term());
    return place;
  }
  std::string choice_name() { return "choice." + std::to_string(choices++); }

  template <template <class> class Obj>
  static int bound() {
    return M::template bound<Obj>(*on().config);
  }
  template <class Holder>
  static constexpr Kind target_kind() {
    return target_kind_of(static_cast<typename Holder::Target*>(nullptr));
  }
  template <template <class> class Obj>
  static constexpr Kind target_kind_of(lang::Ptr<Domain, Obj>*) {
    return kind_of<Obj<Domain>>();
  }
  template <template <class> class Obj, class F>
  static Term judged(F&& is, const Slot& slot) {
    return Bool(is(lang::Ptr<Domain, Obj>{slot}, unchecked<Obj>(slot))).term();
  }
  // In the exact world a wild pointer is an index out of its pool.
  template <template <class> class Obj>
  static Obj<Domain>& at_any(const Slot& slot) {
    return M::template pool<Obj>(on().state)[Int(add(slot.term(), number(-1)))];
  }

  // The first that is not allocated and that nothing points at.
  template <template <class> class Obj>
  static Slot first_unused() {
    std::vector<Term> pointers;
    State::each_field(on().state, [&](const auto&, int, const char*, auto& field) {
      if constexpr (requires { field.value().slot(); })
        if constexpr (std::is_same_v<decltype(field.value()), lang::Ptr<Domain, Obj>>)
          pointers.push_back(field.value().slot().term());
    });
    Term slot = number(0);
    for (int i = bound<Obj>(); i >= 1; --i) {
      Term unused = equal(unchecked<Obj>(Int(i)).allocated.value().term(), number(0));
      for (const Term p : pointers) unused = both(unused, negate(equal(p, number(i))));
      slot = symbolic::if_else(unused, number(i), slot);
    }
    return Int(slot);
  }
  template <template <class> class Obj>
  static Slot any_unused() {
    constexpr Kind kKind = kind_of<Obj<Domain>>();
    const Term slot = Paths::on().fresh("slab", Sort::integer, 0);
    // A slot is not taken while a pointer that may dangle names it, as in the concrete machine.
    if (M::may_dangle(kKind)) on().space.unnamed.emplace_back(kKind, slot);
    return Int(slot);
  }

  // As memory comes (not cleared: never written) or goes.
  void clear(auto& object, bool forgotten) {
    std::vector<std::size_t> done;
    std::remove_cvref_t<decltype(object)>::each_field(object, [&](const char*, auto& field) {
      using Field = std::remove_cvref_t<decltype(field)>;
      if constexpr (requires { Field::kHolds; }) {
        if (Field::kHolds != lang::Holds::nothing) {
          field = typename Field::Target{};
          if (forgotten) field.forget();
          return;
        }
      }
      if (std::find(done.begin(), done.end(), field.number) != done.end()) return;
      done.push_back(field.number);
      Place all = *field.place;
      for (std::size_t k = 1; k < all.size(); ++k) all[k] = nullptr;
      if constexpr (requires { Field::kWidth; }) {
        Place bits = all;
        bits.push_back(nullptr);
        space.write_part(field.number, bits, truth(false));
      } else {
        space.write_part(field.number, all, number(0));
      }
      const std::size_t flag = space.table().unwritten(field.number);
      if (!space.info(flag).name.empty()) space.write_part(flag, all, truth(forgotten));
    });
  }

  Domain* previous_;
  static inline thread_local Domain* on_ = nullptr;
};

}  // namespace nsmc::symbolic
