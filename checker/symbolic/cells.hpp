// Fields that are places in a Space: the structs of a model are used as they are.
// SPDX-License-Identifier: MIT
//
// A field takes its number while the state is constructed for the first time, so a struct of fields
// needs no second list.  Elements of arrays are made when they are looked at.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "checker/symbolic/bitmap.hpp"
#include "checker/symbolic/space.hpp"
#include "checker/symbolic/value.hpp"
#include "model/lang/pointer.hpp"

namespace nsmc::symbolic {

// The construction of a state, or of an element of one of its arrays.
struct Layout {
  // Numbers are given out and the fields entered in a table ...
  explicit Layout(FieldTable& fill) : table(&fill), filling(true), previous(on) { on = this; }
  // ... or those of an element at this place are found again.
  Layout(const FieldTable& known, std::size_t first, Place at, Kind kind)
      : table(const_cast<FieldTable*>(&known)),
        filling(false),
        next(first),
        place(std::make_shared<const Place>(std::move(at))),
        pool(kind),
        previous(on) {
    on = this;
  }
  ~Layout() { on = previous; }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  FieldTable* table;
  bool filling;
  std::size_t next = 0;
  std::shared_ptr<const Place> place = std::make_shared<const Place>();
  Kind pool = kNoKind;   // of the objects that the fields belong to
  Kind inner = kNoKind;  // what the index of the array in the object counts
  Layout* previous;
  static inline thread_local Layout* on = nullptr;
};

class Cell {
 public:
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);  // a temporary, always 0
  std::size_t number = kNowhere;
  std::shared_ptr<const Place> place;

  // Whether it was never written since its object was allocated.
  Bool poisoned() const {
    if (number == kNowhere) return false;
    const std::size_t flag = Space::on().table().unwritten(number);
    return Space::on().info(flag).name.empty() ? Bool(false) : Bool(Space::on().load(flag, *place));
  }
  void forget() {
    const std::size_t flag = Space::on().table().unwritten(number);
    if (!Space::on().info(flag).name.empty()) Space::on().write(flag, *place, truth(true));
  }

 protected:
  explicit Cell(FieldInfo info) {
    if (Layout::on == nullptr) return;
    number = Layout::on->next++;
    place = Layout::on->place;
    if (!Layout::on->filling) return;
    info.pool = Layout::on->pool;
    info.inner = Layout::on->inner;
    Layout::on->table->fields.push_back(std::move(info));
  }
  void mark_written() {
    const std::size_t flag = Space::on().table().unwritten(number);
    if (!Space::on().info(flag).name.empty()) Space::on().write(flag, *place, truth(false));
  }
  // Reading what was never written is an Oops of the model; where runs without end are proved, it
  // would only end one.
  void judge_read() const {
    if (number == kNowhere || Space::on().world() == World::heap) return;
    if (poisoned()) throw lang::Oops{lang::Fault::uninitialised_read};
  }
};

// A C int of the kernel with the range that the model gives it.
template <int Lo, int Hi>
class Num : public Cell {
 public:
  static constexpr int kLo = Lo, kHi = Hi;
  static constexpr bool kFlag = Lo == 0 && Hi == 1;
  Num() : Cell(info()) {}

  Int value() const { return number == kNowhere ? Int(0) : Int(Space::on().load(number, *place)); }
  operator Int() const {
    judge_read();
    return value();
  }
  void operator=(const Int& value) {
    if (number == kNowhere) return;
    if (kFlag || Space::on().world() == World::exact)
      if ((value < Lo) | (value > Hi)) throw lang::Oops{lang::Fault::out_of_range};
    Space::on().write(number, *place, value.term());
  }
  void operator=(const Num& other) { *this = Int(other); }  // the place stays, the value comes
  void operator+=(const Int& by) { *this = Int(*this) + by; }
  void operator-=(const Int& by) { *this = Int(*this) - by; }

 private:
  static FieldInfo info() {
    FieldInfo field;
    const bool exact = Layout::on != nullptr && Layout::on->table->world == World::exact;
    if (exact || kFlag) {
      field.lo = Lo;
      field.hi = Hi;
    }
    return field;
  }
};

// A field that is a bitmap: one truth value per offset.
template <int Width>
class Bits : public Cell {
 public:
  static constexpr int kWidth = Width;
  Bits() : Cell(info()) {}

  Bitmap value() const {
    if (number == kNowhere) return 0;
    return Bitmap([reader = Space::on().reader(number), place = place](Term offset) {
      Place bit = *place;
      bit.push_back(offset);
      return reader(bit);
    });
  }
  operator Bitmap() const {
    judge_read();
    return value();
  }
  void operator=(const Bitmap& bitmap) {
    if (number == kNowhere) return;
    Place bit = *place;
    bit.push_back(nullptr);
    if (bitmap.empty()) {
      Space::on().write_part(number, bit, truth(false));
    } else {
      Space::on().bulk([](Term) { return truth(true); },
                       [&](Term offset) {
                         bit.back() = offset;
                         Space::on().write_part(number, bit, bitmap.bit(offset));
                       });
    }
    mark_written();
  }
  void operator=(const Bits& other) { *this = Bitmap(other); }

 private:
  static FieldInfo info() {
    FieldInfo field;
    field.sort = Sort::truth;
    return field;
  }
};

template <class K, template <class> class Obj, lang::Holds what>
class PtrCell : public Cell {
 public:
  using Target = lang::Ptr<K, Obj>;
  static constexpr lang::Holds kHolds = what;
  PtrCell() : Cell(info()) {}

  Target value() const {
    return number == kNowhere ? Target{} : Target{Int(Space::on().load(number, *place))};
  }
  operator Target() const {
    judge_read();
    return value();
  }
  Int slot() const { return value().slot(); }
  auto operator->() const { return Target{*this}.operator->(); }
  explicit operator bool() const { return static_cast<bool>(Target{*this}); }
  void operator=(const Target& target) {
    if (number != kNowhere) Space::on().write_pointer(number, *place, target.slot().term());
  }
  void operator=(const PtrCell& other) { *this = Target{other}; }

  friend Bool operator==(const PtrCell& a, const Target& b) { return Target{a} == b; }
  friend Bool operator!=(const PtrCell& a, const Target& b) { return Target{a} != b; }
  friend Bool operator==(const Target& a, const PtrCell& b) { return a == Target{b}; }
  friend Bool operator!=(const Target& a, const PtrCell& b) { return a != Target{b}; }
  friend Bool operator==(const PtrCell& a, const PtrCell& b) { return Target{a} == Target{b}; }
  friend Bool operator!=(const PtrCell& a, const PtrCell& b) { return Target{a} != Target{b}; }

 private:
  static FieldInfo info() {
    FieldInfo field;
    field.target = K::template kind_of<Obj<K>>();
    field.holds = static_cast<int>(what);
    field.lo = 0;
    if (Layout::on != nullptr && Layout::on->table->world == World::exact)
      field.hi = K::template capacity<Obj>();
    return field;
  }
};

template <class K, class T, int N>
class Array {
 public:
  static constexpr int kSize = N;
  Array() {
    if (Layout::on == nullptr) return;
    first_ = Layout::on->next;
    place_ = Layout::on->place;
    kind_ = K::template kind_of<T>();
    const bool pool = kind_ != kNoKind;
    if (!pool) kind_ = Layout::on->pool;
    const std::pair outer(Layout::on->pool, Layout::on->inner);
    Layout::on->pool = kind_;
    if (!pool) Layout::on->inner = K::template inner_kind_of<T>();
    const T one;  // its fields take their numbers
    std::tie(Layout::on->pool, Layout::on->inner) = outer;
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  T& operator[](const Int& i) const {
    // The index of a bulk write stays within the bounds that the bulk write was given.
    if (const int size = K::template size_of<T>(N); size > 0 && !i.term()->has_bound)
      if ((i < 0) | (i >= size)) throw lang::Oops{lang::Fault::out_of_range};
    return at(i);
  }
  // Without the check.
  T& at(const Int& i) const {
    Place place = *place_;
    place.push_back(K::template number_of<T>(i).term());
    const Layout layout(Space::on().table(), first_, std::move(place), kind_);
    const auto made = std::make_shared<T>();
    Space::on().keep(made);
    return *made;
  }

  struct Iterator {
    const Array* array;
    int i;
    T& operator*() const { return array->at(i); }
    T* operator->() const { return &array->at(i); }
    void operator++() { ++i; }
    bool operator!=(const Iterator& other) const { return i != other.i; }
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, N}; }

 private:
  std::size_t first_ = 0;
  std::shared_ptr<const Place> place_;
  Kind kind_ = kNoKind;
};

}  // namespace nsmc::symbolic
