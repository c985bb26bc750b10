// JUnit XML: what Jenkins, GitLab and GitHub's actions agree on.
// SPDX-License-Identifier: MIT
//
// There is no standard.  `file` and `line` of a test case, which GitLab reads, are refused by
// Jenkins' schema, so they are not written.  A pair (classname, name) is unique, else GitLab drops
// one of the two.
#include <fmt/format.h>

#include "traces/gate/reports.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::size_t kRunBytesMax = 20000;  // of one run; parsers have limits

std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : printable(text)) {
    if (c == '&')
      xml += "&amp;";
    else if (c == '<')
      xml += "&lt;";
    else if (c == '>')
      xml += "&gt;";
    else if (c == '"')
      xml += "&quot;";
    else
      xml += c;
  }
  return xml;
}

struct Counts {
  std::size_t tests = 0, failures = 0, errors = 0;
};

// A limit and a disagreement are no answer: errors.  Everything else is one that is not wanted.
bool is_error(const GateProblem& p) {
  return p.kind == GateProblem::Kind::inconclusive || p.kind == GateProblem::Kind::disagreement;
}

std::string body_of(const GateProblem& p, const GateClaim* claim) {
  std::string text = escaped(p.what) + "\n";
  if (claim != nullptr) text += escaped(claim->id + "  " + claim->says) + "\n";
  if (!p.hint.empty()) text += escaped(p.hint) + "\n";
  if (!p.repeat.empty()) text += escaped(p.repeat) + "\n";
  if (claim == nullptr || !claim->run) return text;
  std::string run = to_text(*claim->run, {.moves_only = true});
  if (run.size() > kRunBytesMax) run = run.substr(0, run.rfind('\n', kRunBytesMax)) + "\n...\n";
  std::size_t begin = 0;
  for (std::size_t end = run.find('\n'); end != std::string::npos; end = run.find('\n', begin)) {
    text += escaped(std::string_view(run).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text;
}

std::string test_case(const std::string& group, const std::string& where, const std::string& name,
                      const std::string& time, const std::vector<const GateProblem*>& problems,
                      const GateClaim* claim, Counts& counts) {
  ++counts.tests;
  std::string xml = fmt::format("    <testcase classname=\"nsmc.{}.{}\" name=\"{}\"{}",
                                escaped(group), escaped(where), escaped(name), time);
  if (problems.empty()) return xml + "/>\n";
  // One element per test case; the first problem gives its type, all are told.
  const char* element = is_error(*problems.front()) ? "error" : "failure";
  ++(is_error(*problems.front()) ? counts.errors : counts.failures);
  xml += fmt::format(">\n      <{} type=\"{}\" message=\"{}\">", element,
                     name_of(problems.front()->kind), escaped(problems.front()->what));
  for (const GateProblem* p : problems) xml += body_of(*p, claim);
  return xml + fmt::format("</{}>\n    </testcase>\n", element);
}

std::vector<const GateProblem*> pointers(const std::vector<GateProblem>& problems) {
  std::vector<const GateProblem*> all;
  for (const GateProblem& p : problems) all.push_back(&p);
  return all;
}

std::string time_attribute(bool times, double seconds) {
  return times ? fmt::format(" time=\"{:.3f}\"", seconds) : "";
}

std::string head(const char* element, const std::string& name, const Counts& counts,
                 const std::string& time) {
  return fmt::format("<{} name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\"", element,
                     escaped(name), counts.tests, counts.failures, counts.errors) +
         time;
}

}  // namespace

std::string gate_junit(const GateResult& result) {
  Counts all;
  std::string suites;
  const auto suite = [&](const std::string& name, const Counts& counts, double seconds,
                         const std::string& cases) {
    suites += "  " +
              head("testsuite", "nsmc." + name, counts, time_attribute(result.times, seconds)) +
              " skipped=\"0\">\n" + cases + "  </testsuite>\n";
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
  };
  for (const GateGroup& group : result.groups) {
    Counts counts;
    std::string cases;
    double seconds = 0;
    for (const GateCase& one : group.cases) {
      seconds += one.seconds;
      cases += test_case(group.name, one.name, "search", time_attribute(result.times, one.seconds),
                         pointers(one.problems), nullptr, counts);
      for (const GateClaim& claim : one.claims) {
        std::vector<const GateProblem*> problems;
        if (claim.problem) problems.push_back(&*claim.problem);
        cases += test_case(group.name, one.name, claim.id, "", problems, &claim, counts);
      }
    }
    cases +=
        test_case(group.name, "all", "scenarios", "", pointers(group.problems), nullptr, counts);
    suite(group.name, counts, seconds, cases);
  }
  Counts counts;
  const std::string whole =
      test_case("gate", "all", "steps", "", pointers(result.problems), nullptr, counts);
  suite("gate", counts, 0, whole);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
         head("testsuites", "nsmc", all, time_attribute(result.times, result.seconds)) + ">\n" +
         suites + "</testsuites>\n";
}

}  // namespace nsmc::traces
