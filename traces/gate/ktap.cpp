// KTAP, the kernel's test anything protocol, version 1.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "traces/gate/reports.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

// A name is one word, and `#` begins a directive.
std::string word(std::string_view text) {
  std::string name = printable(text);
  for (char& c : name)
    if (c == ' ' || c == '#' || c == '\n') c = '_';
  return name;
}

std::string diagnostics(const std::string& indent, const GateProblem& p) {
  std::string text;
  for (const std::string& said : {std::string(name_of(p.kind)) + ": " + p.what, p.hint, p.repeat}) {
    if (said.empty()) continue;
    for (const std::string& line : wrapped(said, 100)) text += indent + "# " + line + "\n";
  }
  return text;
}

std::string result_line(const std::string& indent, bool ok, std::size_t number,
                        const std::string& name) {
  return fmt::format("{}{} {} {}\n", indent, ok ? "ok" : "not ok", number, word(name));
}

// A list of tests below another: the head, the tests, and whether all passed.
class Subtests {
 public:
  Subtests(std::size_t depth, const std::string& name, std::size_t count)
      : indent_(4 * depth, ' '),
        text_(fmt::format("{0}KTAP version 1\n{0}# Subtest: {1}\n{0}1..{2}\n", indent_, word(name),
                          count)) {}

  void add(const std::string& name, const std::vector<const GateProblem*>& problems) {
    for (const GateProblem* p : problems) text_ += diagnostics(indent_, *p);
    text_ += result_line(indent_, problems.empty(), ++number_, name);
    ok_ = ok_ && problems.empty();
  }
  void add(const std::string& name, const Subtests& below) {
    text_ += below.text_ + result_line(indent_, below.ok_, ++number_, name);
    ok_ = ok_ && below.ok_;
  }

  bool ok() const { return ok_; }
  const std::string& text() const { return text_; }

 private:
  std::string indent_;
  std::string text_;
  std::size_t number_ = 0;
  bool ok_ = true;
};

std::vector<const GateProblem*> pointers(const std::vector<GateProblem>& problems) {
  std::vector<const GateProblem*> all;
  for (const GateProblem& p : problems) all.push_back(&p);
  return all;
}

}  // namespace

std::string gate_ktap(const GateResult& result) {
  std::string text = fmt::format("KTAP version 1\n1..{}\n", result.groups.size() + 1);
  std::size_t number = 0;
  for (const GateGroup& group : result.groups) {
    Subtests run(1, group.name, group.cases.size() + 1);
    for (const GateCase& one : group.cases) {
      Subtests tests(2, one.name, one.claims.size() + 1);
      tests.add("search", pointers(one.problems));
      for (const GateClaim& claim : one.claims) {
        std::vector<const GateProblem*> problems;
        if (claim.problem) problems.push_back(&*claim.problem);
        tests.add(claim.id, problems);
      }
      run.add(one.name, tests);
    }
    run.add("scenarios", pointers(group.problems));
    text += run.text() + result_line("", run.ok(), ++number, group.name);
  }
  for (const GateProblem& p : result.problems) text += diagnostics("", p);
  return text + result_line("", result.problems.empty(), ++number, "steps");
}

}  // namespace nsmc::traces
