// A scenario: what the tasks do, the question about it, and the expected answer.
// SPDX-License-Identifier: MIT
//
// Purely syntactic.  Which calls, terms, properties and config keys exist is for the kernel binding
// to say, through scenario_error(), at the positions kept here.  Two nodes are equal if they say
// the same, wherever they stand.  The language: docs/scenarios.md; why: docs/adr/0003.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/scenario_error.hpp"

namespace nsmc::traces {

struct Name {
  std::string text;
  Position at;
  friend bool operator==(const Name& a, const Name& b) { return a.text == b.text; }
};

// An integer, or one or more names: 3, I, CLONE_NEWPID|CLONE_PARENT.
struct Arg {
  std::vector<Name> names;  // empty: an integer
  int integer = 0;
  Position at;
  bool is_integer() const { return names.empty(); }
  friend bool operator==(const Arg& a, const Arg& b) {
    return a.names == b.names && a.integer == b.integer;
  }
};

// I, N = clone(CLONE_NEWPID)
struct Call {
  std::vector<Name> binds;
  Name function;
  std::vector<Arg> args;
  Position at;
  friend bool operator==(const Call& a, const Call& b) {
    return a.binds == b.binds && a.function == b.function && a.args == b.args;
  }
};

struct Program {
  Name label;
  std::vector<Call> calls;
  bool operator==(const Program&) const = default;
};

struct Setting {
  Name key;
  Arg value;  // an integer or one name
  bool operator==(const Setting&) const = default;
};

// A change that the kernel is given (`with`) or spared (`without`), named after the bug it mends.
struct Change {
  bool with = true;
  Name id;
  bool operator==(const Change&) const = default;
};

struct Expr {
  enum class Kind : std::uint8_t {
    integer,
    name,
    call,    // `text` is the function, `kids` are the arguments
    negate,  // of anything but an integer, which is folded: -EINVAL
    not_,
    add,
    subtract,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    all_of,  // &&, two or more kids
    any_of   // ||, two or more kids
  };
  Kind kind = Kind::integer;
  std::string text;  // as it is spelt: the integer, the name, or the operator
  int value = 0;     // of an integer; a sum of all a file can hold fits 64 bits
  std::vector<Expr> kids;
  Position at;  // of `text`
  friend bool operator==(const Expr& a, const Expr& b) {
    return a.kind == b.kind && a.text == b.text && a.value == b.value && a.kids == b.kids;
  }
};

// `expect no I17: BZ-07`.  The property is named in a survey only, the bug after a `no` only.
struct Expectation {
  enum class Answer : std::uint8_t { yes, no, vacuous };
  Answer answer = Answer::yes;
  std::optional<Name> property;
  std::optional<Name> bug;
  Position at;
  friend bool operator==(const Expectation& a, const Expectation& b) {
    return a.answer == b.answer && a.property == b.property && a.bug == b.bug;
  }
};

struct Question {
  enum class Kind : std::uint8_t { always, never, sometimes, survey };
  Kind kind = Kind::survey;
  bool finally = false;                   // judged in end states only
  Expr condition;                         // unless it is a survey
  std::vector<Name> properties;           // of a survey; empty: all
  std::vector<Expectation> expectations;  // exactly one, unless it is a survey
  Position at;
  friend bool operator==(const Question& a, const Question& b) {
    return a.kind == b.kind && a.finally == b.finally && a.condition == b.condition &&
           a.properties == b.properties && a.expectations == b.expectations;
  }
};

struct Scenario {
  std::string path;  // as it was given; for messages
  std::string text;  // the whole source

  Name name;   // bz-07-stealth-child
  Name title;  // the question in words, without its quotes
  std::optional<Name> kernel;
  std::vector<Change> changes;
  std::vector<Setting> config;
  std::vector<Program> programs;  // either this ...
  std::vector<Call> free_calls;   // ... or this is empty, never both
  Question question;

  friend bool operator==(const Scenario& a, const Scenario& b) {
    return a.name == b.name && a.title == b.title && a.kernel == b.kernel &&
           a.changes == b.changes && a.config == b.config && a.programs == b.programs &&
           a.free_calls == b.free_calls && a.question == b.question;
  }
};

// Both throw ScenarioError.
Scenario parse_scenario(std::string path, std::string text);
Scenario read_scenario(const std::string& path);

// The scenario in canonical layout, without comments: parse_scenario("", to_text(s)) == s.
std::string to_text(const Scenario& scenario);
std::string to_text(const Call& call);
std::string to_text(const Expr& expr);

// For whoever resolves the names.
ScenarioError scenario_error(const Scenario& scenario, Position at, int length, std::string what);
ScenarioError scenario_error(const Scenario& scenario, const Name& name, std::string what);
ScenarioError scenario_error(const Scenario& scenario, const Expr& expr, std::string what);

}  // namespace nsmc::traces
