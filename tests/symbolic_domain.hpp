// Z3 terms as a value domain: kernel code runs on them unchanged and leaves formulas behind.
// SPDX-License-Identifier: MIT
//
// An Array is a Z3 array, so the heap has any number of objects and nothing is cut off; the structs
// of model/kernel are used as they are.  Not modelled: fields that were never written (any value is
// read there), and that arithmetic may overflow before its result is stored.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <iostream>
#include <set>
#include <utility>

#include "model/kernel/machine.hpp"
#include "model/lang/step.hpp"
#include "tests/symbolic_terms.hpp"

namespace nsmc::symbolic {

// A C int of the kernel.  Which values it holds is checked at each store, as lang::Num does.
template <int Lo, int Hi>
class Num : public Cell {
 public:
  operator Int() const { return load(); }
  void operator=(const Int& value) {
    const bool model = Run::on().sizes == Sizes::model;
    if ((value < (model ? Lo : kIntMin)) | (value > (model ? Hi : kIntMax)))
      throw lang::Oops{lang::Fault::out_of_range};
    store(value);
  }
  void operator=(const Num& other) { store(other.load()); }  // the place stays, the value comes
  void operator+=(const Int& by) { *this = load() + by; }
  void operator-=(const Int& by) { *this = load() - by; }
};

class Symbolic;

template <template <class> class Obj, bool counted>
class PtrCell : public Cell {
 public:
  using Target = lang::Ptr<Symbolic, Obj>;

  operator Target() const { return Target{load()}; }
  auto operator->() const { return Target{*this}.operator->(); }
  explicit operator bool() const { return static_cast<bool>(Target{*this}); }
  void operator=(const Target& target) { store(target.slot()); }
  void operator=(const PtrCell& other) { store(other.load()); }

  friend Bool operator==(const PtrCell& a, const Target& b) { return Target{a} == b; }
  friend Bool operator!=(const PtrCell& a, const Target& b) { return Target{a} != b; }
};

// Elements are made when they are looked at; they are places, the values are in the Heap.
template <class T, int N>
class Array {
 public:
  Array() {
    if (Layout::on == nullptr) return;
    first_ = Layout::on->next;
    index_ = Layout::on->index;
    const T one;  // its fields take their numbers
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  T& operator[](const Int& i) const {
    if ((i < 0) | (i >= size())) throw lang::Oops{lang::Fault::out_of_range};
    return at(i);
  }
  T& at(const Int& i) const;  // without the check: there is no last object of a heap

  struct Iterator {
    const Array* array;
    int i;
    T& operator*() const { return array->at(i); }
    void operator++() { ++i; }
    bool operator!=(const Iterator& other) const { return i != other.i; }
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, N}; }

 private:
  static int size();

  int first_ = 0;
  std::shared_ptr<const Index> index_;
};

// What kernel code asks of a value domain; beside kernel::Concrete.
class Symbolic {
 public:
  using Int = symbolic::Int;
  using Bool = symbolic::Bool;
  using Slot = symbolic::Int;
  static inline const Slot kNull = 0;

  template <int Lo, int Hi>
  using Num = symbolic::Num<Lo, Hi>;
  using Flag = Num<0, 1>;
  using PidNr = Num<0, kernel::kPidMax>;
  template <template <class> class Obj>
  using Link = PtrCell<Obj, false>;
  template <template <class> class Obj>
  using Ref = PtrCell<Obj, true>;
  template <class T, int N>
  using Array = symbolic::Array<T, N>;

  static Symbolic& on() { return *on_; }

  Symbolic(kernel::State<Symbolic>& at, const kernel::Config& of)
      : state(at), config(&of), previous_(on_) {
    on_ = this;
    if (field_names().empty())
      kernel::State<Symbolic>::each_field(
          state, [](const std::string& kind, int, const char* name, const Cell& field) {
            field_names().try_emplace(field.number, kind + "." + name);
          });
  }
  ~Symbolic() { on_ = previous_; }
  Symbolic(const Symbolic&) = delete;
  Symbolic& operator=(const Symbolic&) = delete;

  kernel::State<Symbolic>& state;
  const kernel::Config* config;
  int context = 0;
  std::vector<std::shared_ptr<void>> places;  // elements of arrays: kernel code keeps references

  // An object that may be free, NULL or nonsense: for specifications.
  template <template <class> class Obj>
  static Obj<Symbolic>* unchecked(const Slot& slot) {
    return &kernel::Concrete::pool_of<Obj>(on().state).at(slot - 1);
  }
  // The checked dereference.
  template <template <class> class Obj>
  static Obj<Symbolic>* object(const Slot& slot) {
    if (slot == kNull) oops(lang::Fault::null_dereference);
    Obj<Symbolic>* const found = unchecked<Obj>(slot);
    if (found->allocated == 0) oops(lang::Fault::use_after_free);
    return found;
  }
  [[noreturn]] static void oops(lang::Fault fault) { throw lang::Oops{fault}; }

  bool fails() {
    if (state.failures >= config->failures || Run::on().fresh("fails") == 0) return false;
    state.failures += 1;
    return true;
  }

  // NULL, or any free object, even one that a stale pointer names: there is no largest heap.
  template <template <class> class Obj>
  lang::Ptr<Symbolic, Obj> allocate(int, bool zeroed) {
    const Slot slot = Run::on().fresh("slab");
    if (slot == kNull) return {};
    Obj<Symbolic>* const object = unchecked<Obj>(slot);
    Run::on().assume(slot > 0);
    Run::on().assume(object->allocated == 0);
    Obj<Symbolic>::each_field(*object, [zeroed](const char* name, Cell& field) {
      field.store(zeroed ? Int(0) : Run::on().fresh(name));
    });
    object->allocated = 1;
    return lang::Ptr<Symbolic, Obj>{slot};
  }

  template <template <class> class Obj>
  void release(const lang::Ptr<Symbolic, Obj>& ptr) {
    if (!ptr) return;  // kfree(NULL)
    Obj<Symbolic>* const object = unchecked<Obj>(ptr.slot());
    if (object->allocated == 0) oops(lang::Fault::double_free);
    Obj<Symbolic>::each_field(*object, [](const char*, Cell& field) { field.store(0); });
  }

  // A bitmap is what test_bit() says of it, and the search is its contract: whether there is a set
  // bit before the one found is left open, except for the first that is looked at.
  static Bool test_bit(const Int& bits, const Int& i) {
    const z3::sort number = terms().int_sort();
    return Bool(
        terms().function("test_bit", number, number, terms().bool_sort())(bits.term(), i.term()));
  }
  static Int find_next_bit(const Int& bits, const Int& size, const Int& from) {
    const Int found = Run::on().fresh("find_next_bit");
    Run::on().assume((found == size) | ((found >= from) & (found < size) & test_bit(bits, found)));
    Run::on().assume((from >= size) | (found == from) | (!test_bit(bits, from)));
    return found;
  }

 private:
  Symbolic* previous_;
  static inline thread_local Symbolic* on_ = nullptr;
};

template <class T, int N>
T& Array<T, N>::at(const Int& i) const {
  Index index = *index_;
  index.push_back(i);
  const Layout layout(first_, std::move(index));
  const auto made = std::make_shared<T>();
  Symbolic::on().places.push_back(made);
  return *made;
}

template <class T, int N>
int Array<T, N>::size() {
  if constexpr (std::is_same_v<T, kernel::pidmap<Symbolic>>)
    if (Run::on().sizes == Sizes::kernel)
      return std::max(N, Symbolic::on().config->pidmap_entries());
  return N;
}

// The state itself: any state.
inline kernel::State<Symbolic>& any_state() {
  static thread_local const auto kState = [] {
    const Layout layout(0);
    return std::make_unique<kernel::State<Symbolic>>();
  }();
  return *kState;
}

// How a piece of kernel code ended.
struct Outcome {
  lang::Fault fault;
  lang::Next next;
};
template <class Code>
Outcome attempt(Code code) {
  try {
    return {lang::Fault::none, code()};
  } catch (const lang::Oops& oops) {
    return {oops.fault, lang::halt()};
  }
}

// Runs a kernel function to its return, with the functions that it calls.
inline lang::Next call_to_return(lang::StepFunction step) {
  std::vector<lang::StepFunction> callers;
  for (;;) {
    const lang::Next next = step();
    if (next.kind == lang::Next::Kind::go) {
      step = next.to;
    } else if (next.kind == lang::Next::Kind::call) {
      callers.push_back(next.then);
      step = next.to;
    } else if (next.kind == lang::Next::Kind::ret && !callers.empty()) {
      step = callers.back();
      callers.pop_back();
    } else {
      return next;
    }
  }
}

// What is claimed on every path, and which claims failed on some path.
struct Proof {
  int paths = 0;
  std::set<std::string> refuted;

  static Int any(const char* name) { return Run::on().fresh(name); }
  static void assume(const Bool& condition) { Run::on().assume(condition); }
  void claim(const char* what, const Bool& goal,
             std::initializer_list<std::pair<const char*, Int>> shown = {}) {
    const std::optional<z3::model> model = Run::on().refute(goal);
    if (!model) return;
    std::cout << "    refuted: " << what;
    for (const auto& [name, value] : shown)
      std::cout << ", " << name << " = " << model->eval(value.term(), true);
    std::cout << '\n';
    refuted.insert(what);
  }
};

template <class Path>
Proof for_all_paths(const kernel::Config& config, Path path) {
  Proof proof;
  Run run(Sizes::kernel);
  run.explore([&] {
    const Symbolic machine(any_state(), config);
    path(proof);
  });
  proof.paths = run.paths;
  std::cout << "    " << run.paths << " paths, " << run.obligations << " obligations, "
            << run.checks << " solver checks\n";
  if (run.paths == 0) throw std::logic_error("there is no path, so nothing was shown");
  return proof;
}

}  // namespace nsmc::symbolic
