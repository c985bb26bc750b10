// What a state holds, as terms: functions of object numbers as they were, and the writes since.
// SPDX-License-Identifier: MIT
//
// A field of a pool of objects is an uninterpreted function of the object's number
// ("account.balance" of an account); a field inside an array inside an object has one argument
// more.  A write is remembered with its place and its value, and reading is a chain of if-then-else
// over the writes, newest first: no theory of arrays.  One write can stand for many, with a bound
// variable in its place, value and guard ("for all accounts of this owner: closed = 1").
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "checker/symbolic/term.hpp"

namespace nsmc::symbolic {

// Which family of objects a place belongs to, or a pointer points at; the system numbers them.
using Kind = int;
inline constexpr Kind kNoKind = -1;

struct FieldInfo {
  std::string name;  // "account.balance"; the solver's name for the function
  Sort sort = Sort::integer;
  std::int64_t lo = kNoLo, hi = kNoHi;  // what may be taken for granted of its values
  Kind pool = kNoKind;                  // whose field it is; kNoKind: the state's own
  Kind inner = kNoKind;                 // what its second index counts, if lemmas speak of that
  Kind target = kNoKind;                // what it points at
  int holds = 0;                        // lang::Holds of a pointer
};

struct Write {
  std::vector<Term> place;  // one per index; nullptr: all
  Term guard = nullptr;     // over the bound variable
  Term value = nullptr;
  Term bound = nullptr;  // nullptr: a single write
};

// The writes of one path so far.  Copied to remember a state on the way.
class Store {
 public:
  void write(std::size_t field, Write write);
  const std::vector<Write>& writes(std::size_t field) const;
  bool untouched(std::size_t field) const { return writes(field).empty(); }

 private:
  std::vector<std::vector<Write>> by_field_;
};

// What a state is before any write.
using Initial = std::function<Term(const FieldInfo&, std::span<const Term> place)>;
Term any_value(const FieldInfo& field, std::span<const Term> place);

Term load(const FieldInfo& info, const std::vector<Write>& writes, std::span<const Term> place,
          const Initial& initial);

}  // namespace nsmc::symbolic
