// nsmc graph: the states of a scenario with the moves between them, and what happens in the end.
// SPDX-License-Identifier: MIT
#include "checker/cli/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "checker/cli/asked.hpp"
#include "checker/cli/binding.hpp"
#include "checker/cli/graph_life.hpp"
#include "checker/cli/limits.hpp"
#include "checker/cli/shipped.hpp"
#include "props/liveness.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

constexpr std::uint32_t kDotStatesMax = 2000, kQuotientNodesMax = 200;

using traces::thousands;

std::vector<std::string> asked_rows(const GraphOptions& o) {
  for (const std::string& id : o.properties)
    if (props::find_live(id) == nullptr) {
      std::string known;
      for (const props::LiveRow& row : props::live_catalogue()) known += " " + std::string(row.id);
      throw std::invalid_argument("`" + id + "` is no liveness property; there are" + known);
    }
  if (!o.properties.empty()) return o.properties;
  std::vector<std::string> all;
  if (o.live)
    for (const props::LiveRow& row : props::live_catalogue()) all.emplace_back(row.id);
  return all;
}

std::string sizes_text(const traces::GraphRecord& g) {
  std::string text = fmt::format(
      "{} on {}\n"
      "  states      {}{}\n"
      "  moves       {}, {} at most out of a state, {} into one\n"
      "  depth       {}\n"
      "  components  {}, the largest of {}; {} terminal\n",
      g.scenario, g.kernel, thousands(g.states),
      g.incomplete.empty() ? ", complete" : ", INCOMPLETE: " + g.incomplete, thousands(g.edges),
      g.degree_max, g.degree_in_max, g.depth, thousands(g.components), thousands(g.largest),
      thousands(g.terminal_components));
  for (const auto& [end, states] : g.ends)
    text += fmt::format("  ends        {}: {}\n", thousands(states),
                        end.empty() ? "nobody can move, and no program has ended" : end);
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string lasso_text(const traces::LivenessRecord& l) {
  std::string text;
  std::size_t number = 0;
  for (const std::string& move : l.stem) text += fmt::format("  {:>3}  {}\n", ++number, move);
  if (l.loop.empty())
    return text + (l.may_stay_out.empty()
                       ? "  ---  and nobody can move\n"
                       : "  ---  and so it stays: nobody has to move; could, and need not: " +
                             joined(l.may_stay_out) + "\n");
  text += "  ===  from here on for ever:\n";
  for (const std::string& move : l.loop) text += fmt::format("  {:>3}  {}\n", ++number, move);
  return text + fmt::format("  ===  back at step {}{}\n", l.stem.size(),
                            l.fair_to.empty() ? "" : "; fair to " + joined(l.fair_to));
}

std::string verdicts_text(const traces::GraphRecord& g) {
  std::string text;
  for (const traces::LivenessRecord& l : g.liveness) {
    text += fmt::format("{:<8} {:<9} {:>9} waiting  {}\n", l.id, l.verdict, thousands(l.waiting),
                        props::find_live(l.id)->says);
    if (l.verdict == "violated") text += lasso_text(l);
  }
  return text;
}

std::string way_text(const traces::WayRecord& way) {
  if (way.found.empty()) return "";
  if (way.found == "no start") return fmt::format("no state with {}\n", way.from);
  if (way.found == "no way")
    return fmt::format("no way from a state with {} to one with {}\n", way.from, way.to);
  if (way.found == "unknown") return "no way found, and states are missing\n";
  std::string text;
  std::size_t number = 0;
  for (const std::string& move : way.before) text += fmt::format("  {:>3}  {}\n", ++number, move);
  text += fmt::format("  ===  {}\n", way.from);
  for (const std::string& move : way.after) text += fmt::format("  {:>3}  {}\n", ++number, move);
  return text + fmt::format("  ===  {}, {} moves later\n", way.to, way.after.size());
}

void write_rv(const std::string& path, const traces::RvAutomaton& automaton) {
  const std::string text = traces::to_rv_dot(automaton);
  if (traces::read_rv_dot(text) != automaton)
    throw checker::EngineDisagreement("an automaton that is another one when it is read");
  traces::write_atomically(path, text);
}

void write_run(const std::string& folder, const std::string& scenario,
               traces::LivenessRecord& violated) {
  if (!violated.run) return;
  traces::create_folder(folder);
  const std::string path = fmt::format("{}/{}-{}.itf.json", folder, scenario, violated.id);
  violated.run->meta["replay"] = "./nsmc replay " + path;
  traces::write_atomically(path, traces::to_itf(*violated.run));
}

}  // namespace

int graph(const GraphOptions& o) {
  require_known(o.asked);
  const std::vector<std::string> rows = asked_rows(o);
  std::vector<traces::Scenario> scenarios;
  for (const std::string& path : o.asked.paths)
    for (traces::Scenario& s : scenarios_at(path)) scenarios.push_back(std::move(s));
  if (scenarios.size() > 1 &&
      !(o.aut.empty() && o.dot.empty() && o.quotient.empty() && o.rv.empty()))
    throw std::invalid_argument("--aut, --dot, --quotient and --rv take one scenario");
  std::vector<traces::GraphRecord> records;
  int code = kOk;
  for (traces::Scenario& s : scenarios) {
    apply(o.asked, s);
    const FairSystem system(*bind(s).system, !o.unfair_locks);
    const Graph states(system, limits_of(o.asked));
    traces::GraphRecord record = measure(states);
    record.scenario = s.name.text;
    record.kernel = s.kernel ? s.kernel->text : kSeedKernel;
    for (const std::string& id : rows) {
      record.liveness.push_back(judge_row(states, id, s));
      if (!o.out.empty()) write_run(o.out, s.name.text, record.liveness.back());
    }
    if (!o.from.empty()) record.way = find_way(states, s, o.from, o.to);
    const bool violated =
        std::any_of(record.liveness.begin(), record.liveness.end(),
                    [](const traces::LivenessRecord& l) { return l.verdict == "violated"; });
    if (violated || record.way.found == "no way" || record.way.found == "no start")
      code = kViolation;
    else if (!states.complete() && code == kOk)
      code = kInconclusive;
    if (!o.asked.json) {
      fmt::print("{}{}{}", sizes_text(record), verdicts_text(record), way_text(record.way));
      if (!o.asked.no_times)
        fmt::print("  {:.2f} s to build, {:.1f} MB\n", states.seconds(),
                   static_cast<double>(record.memory_bytes) / 1e6);
    }
    if (!o.aut.empty())
      traces::write_atomically(
          o.aut, [&](const traces::Sink& sink) { traces::to_aut(text_of(states), sink); });
    if (!o.dot.empty())
      traces::write_atomically(o.dot, traces::to_dot(text_of(states), s.name.text, kDotStatesMax));
    if (!o.quotient.empty())
      traces::write_atomically(o.quotient,
                               traces::to_dot(quotient_of(states), s.name.text, kQuotientNodesMax));
    if (!o.rv.empty()) write_rv(o.rv, life_automaton(states, o.rv_exact));
    records.push_back(std::move(record));
    if (stop_signal() != 0) break;
  }
  if (stop_signal() != 0) code = 128 + stop_signal();
  if (o.asked.json) fmt::print("{}", traces::graphs_json(code, records));
  return code;
}

}  // namespace nsmc::cli
