// The fields of a state by where they stand: what mutations disturb.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/kernel/machine.hpp"

namespace nsmc::kernel {

// One field: where it is, and how its value is disturbed.  Fields of the same name in objects of
// the same kind are one class.
struct FieldAt {
  std::size_t offset = 0, size = 0;
  std::uint16_t of_class = 0;
  std::size_t allocated = 0;    // where that flag of its object stands; `offset` if it has none
  bool is_plain_local = false;  // that owns nothing
  bool (*is_poison)(const std::uint8_t* cell) = nullptr;
  void (*add)(std::uint8_t* cell, int by) = nullptr;  // of numbers
  void (*clear)(std::uint8_t* cell) = nullptr;        // of pointers
};

template <class Cell>
void add_to(std::uint8_t* bytes, int by) {
  Cell cell;
  std::memcpy(&cell, bytes, sizeof cell);
  const int value = cell.value() + by;
  if (cell.poisoned() || value < Cell::kLo || value > Cell::kHi) return;
  cell = value;
  std::memcpy(bytes, &cell, sizeof cell);
}
template <class Cell>
bool is_poison(const std::uint8_t* bytes) {
  Cell cell;
  std::memcpy(&cell, bytes, sizeof cell);
  return cell.poisoned();
}
template <class Cell>
void make_null(std::uint8_t* bytes) {
  const Cell cell{};
  std::memcpy(bytes, &cell, sizeof cell);
}

class Fields {
 public:
  static const Fields& get() {
    static const Fields kFields;
    return kFields;
  }
  const std::vector<FieldAt>& all() const { return all_; }
  const std::string& name(int of_class) const { return names_[static_cast<std::size_t>(of_class)]; }
  bool is_number(int of_class) const { return numbers_[static_cast<std::size_t>(of_class)]; }
  bool is_pointer(int of_class) const { return pointers_[static_cast<std::size_t>(of_class)]; }

 private:
  Fields() {
    State<Concrete> state = {};
    std::size_t allocated = 0;
    State<Concrete>::each_field(state, [&](const char* object, int, const char* field, auto& cell) {
      using Cell = std::remove_cvref_t<decltype(cell)>;
      const std::string name = class_name(object, field);
      if (name.empty()) return;
      FieldAt at;
      at.offset = static_cast<std::size_t>(reinterpret_cast<const char*>(&cell) -
                                           reinterpret_cast<const char*>(&state));
      at.size = sizeof cell;
      at.of_class = class_of(name);
      at.is_poison = is_poison<Cell>;
      if (std::string_view(field) == "allocated") allocated = at.offset;
      at.is_plain_local = std::string_view(object) == "stack";
      at.allocated = *object != 0 && !at.is_plain_local ? allocated : at.offset;
      if constexpr (requires { typename Cell::Target; }) {
        at.clear = make_null<Cell>;
        at.is_plain_local = at.is_plain_local && Cell::kHolds == lang::Holds::nothing;
        pointers_[at.of_class] = true;
      } else {
        at.add = add_to<Cell>;
        // Of a flag, to lose a write is to negate it.
        numbers_[at.of_class] = Cell::kHi - Cell::kLo > 1;
      }
      all_.push_back(at);
    });
  }

  // "pid.nr" for each of pid.nr0, pid.nr1, ...; empty for what is not the kernel's.
  static std::string class_name(std::string_view object, std::string_view field) {
    constexpr std::string_view kNotTheKernels[] = {"label",    "next_call", "calls",
                                                   "failures", "fault",     "free_depth"};
    constexpr std::string_view kForScenarios[] = {"task_label", "ns_label", "variable"};
    if (std::count(std::begin(kNotTheKernels), std::end(kNotTheKernels), field) != 0 ||
        std::count(std::begin(kForScenarios), std::end(kForScenarios), object) != 0)
      return "";
    field = field.substr(0, field.find_last_not_of("0123456789") + 1);
    if (object == "stack" && field == "pc") return "";
    return object.empty() ? std::string(field) : std::string(object) + "." + std::string(field);
  }

  std::uint16_t class_of(const std::string& name) {
    auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      found = names_.insert(names_.end(), name);
      numbers_.push_back(false);
      pointers_.push_back(false);
    }
    return static_cast<std::uint16_t>(found - names_.begin());
  }

  std::vector<FieldAt> all_;
  std::vector<std::string> names_;
  std::vector<bool> numbers_, pointers_;
};

}  // namespace nsmc::kernel
