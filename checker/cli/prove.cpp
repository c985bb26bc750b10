// nsmc prove: what holds for any number of namespaces, pids and tasks, and what does not and why.
// SPDX-License-Identifier: MIT
#include "checker/cli/prove.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <set>

#include "checker/cli/commands.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/theory.hpp"
#include "checker/symbolic/solver.hpp"
#include "props/props.hpp"
#include "traces/result_json.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

constexpr const char* kRed = "31";
constexpr const char* kGreen = "32";
constexpr const char* kYellow = "33";

std::string painted_verdict(const std::string& verdict, std::size_t width = 9) {
  const char* colour = verdict == "proved" ? kGreen : verdict == "FAILED" ? kRed : kYellow;
  return traces::painted(use_colour(), colour, fmt::format("{:<{}}", verdict, width));
}

// A property of the catalogue is proved if each lemma and contract that stands for it is.
std::string properties_table(const ProofResult& result) {
  std::map<std::string, std::pair<std::string, std::uint64_t>> by_property;
  for (const ClaimResult& c : result.claims) {
    if (c.property.empty() || c.obligations == 0) continue;
    auto& [verdict, obligations] = by_property[c.property];
    obligations += c.obligations;
    const std::string mine = verdict_of(c);
    if (verdict.empty() || verdict == "proved" || mine == "FAILED") verdict = mine;
  }
  std::string text;
  for (const props::Row& row : props::catalogue()) {
    const auto found = by_property.find(std::string(row.id));
    if (found == by_property.end()) continue;
    text += fmt::format("{:<4} {} {:>6} obligations  {}\n", row.id,
                        painted_verdict(found->second.first),
                        traces::thousands(found->second.second), row.says);
    if (const std::string scope = proved_for(std::string(row.id)); !scope.empty())
      text += fmt::format("{:<34}for {}\n", "", scope);
  }
  return text;
}

std::string lemmas_table(const ProofResult& result) {
  std::string text;
  for (const ClaimResult& c : result.claims)
    if (c.obligations > 0)
      text += fmt::format("{} {:>6}  {:<3} {:<40} {}\n", painted_verdict(verdict_of(c), 7),
                          traces::thousands(c.obligations), c.property, c.id, c.says);
  return text;
}

// A counterexample to induction: it need not be reachable, but the lemmas allow it.
std::string failure_text(const Failure& f) {
  std::string text = f.bug.empty()
                         ? traces::painted(use_colour(), kRed, f.unknown ? "unknown" : "FAILED")
                         : traces::painted(use_colour(), kYellow, "refuted by " + f.bug);
  text += fmt::format("  {}: {} (path {}{})\n", f.claim, f.step, f.path,
                      f.end.empty() ? "" : ", to " + f.end);
  if (f.unknown)
    return text + "        the solver has given up: raise --rlimit, or give it a lemma\n";
  text += "        the state before, as far as it matters:\n";
  for (const symbolic::Value& v : f.before)
    if (!v.what.starts_with("pc.") || v.is != 0)
      text += fmt::format("          {:<36} {}\n", v.what, v.is);
  if (!f.written.empty()) text += "        what the step does to it:\n";
  std::map<std::string, std::int64_t> before;
  for (const symbolic::Value& v : f.before) before[v.what] = v.is;
  for (const symbolic::Value& v : f.written) {
    const auto known = before.find(v.what);
    if (known != before.end() && known->second == v.is) continue;
    text += fmt::format("          {:<36} {} -> {}\n", v.what,
                        known == before.end() ? "?" : std::to_string(known->second), v.is);
  }
  return text;
}

std::string totals(const ProofResult& r) {
  const std::string how =
      r.from_cache ? "proved before by this very program" : fmt::format("{:.1f} s", r.seconds);
  return fmt::format(
      "{} obligations in {} paths of {} units, for any number of namespaces, pids and tasks; {}\n"
      "Z3 {}, {} checks\n",
      traces::thousands(r.obligations), traces::thousands(r.paths), r.units_done, how,
      symbolic::Solver::version(), traces::thousands(r.checks));
}

void print_json(const ProofResult& r) {
  std::string text = "{\"format\": \"nsmc-proof/1\", \"as_expected\": ";
  text += r.as_expected() ? "true" : "false";
  text += fmt::format(
      ", \"interrupted\": {}, \"seconds\": {:.3f}, \"obligations\": {}, "
      "\"paths\": {}, \"units\": {}, \"claims\": [",
      r.interrupted, r.seconds, r.obligations, r.paths, r.units_done);
  bool first = true;
  for (const ClaimResult& c : r.claims) {
    if (c.obligations == 0) continue;
    text += fmt::format(
        "{}\n  {{\"id\": \"{}\", \"property\": \"{}\", \"verdict\": \"{}\", \"obligations\": {}, "
        "\"refuted\": {}, \"unknown\": {}}}",
        first ? "" : ",", c.id, c.property, c.refuted > 0 ? "refuted" : verdict_of(c),
        c.obligations, c.refuted, c.unknown);
    first = false;
  }
  text += "], \"failures\": [";
  first = true;
  for (const Failure& f : r.failures) {
    text +=
        fmt::format("{}\n  {{\"claim\": \"{}\", \"step\": \"{}\", \"path\": {}, \"to\": \"{}\"}}",
                    first ? "" : ",", f.claim, f.step, f.path, f.end);
    first = false;
  }
  std::fputs((text + "]}\n").c_str(), stdout);
}

}  // namespace

int prove(const ProveOptions& options) {
  const ProofResult result = run_proof(options);
  if (options.json) {
    print_json(result);
  } else {
    fmt::print("{}\n", lemmas_table(result));
    for (const Failure& f : result.failures) fmt::print("{}\n", failure_text(f));
    fmt::print("{}\n{}", properties_table(result), totals(result));
  }
  if (!options.certificate.empty() && result.as_expected()) {
    const std::string sum = write_certificate(result, options);
    fmt::print(options.json ? stderr : stdout,
               "certificate in {}; sha256 of its manifest: {}\n"
               "  check it without us: ./nsmc certify {} --digest {}\n",
               options.certificate, sum, options.certificate, sum);
  } else if (!options.certificate.empty()) {
    fmt::print(stderr, "nsmc: no certificate is written for a proof with gaps\n");
  }
  if (result.interrupted) {
    fmt::print(stderr, "nsmc: interrupted after {} of {} units\n", result.units_done, result.units);
    return 130;
  }
  if (result.as_expected()) return kOk;
  for (const ClaimResult& c : result.claims)
    if (verdict_of(c) == "FAILED" && c.obligations > 0) return kViolation;
  return kInconclusive;
}

}  // namespace nsmc::cli
