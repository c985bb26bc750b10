// One step of a run for scripts: its state, the moves from there, and moves taken by hand.
// SPDX-License-Identifier: MIT
#include "checker/cli/replay_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "checker/cli/onward.hpp"
#include "checker/cli/report_input.hpp"
#include "traces/itf.hpp"
#include "traces/replay/panes.hpp"
#include "traces/replay/step_json.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

constexpr std::size_t kWidth = 100;

void print_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print("{}\n", line);
}

void print_step(const traces::Report& report, std::size_t k) {
  const traces::TraceStep& step = report.trace.steps[k];
  const std::string who = traces::printable(step.actor);
  const std::string truth = traces::truth_text(report, k);
  fmt::print("step {} of {}  {}{}{}{}\n", k, report.trace.steps.size() - 1, who,
             who.empty() ? "" : "  ", traces::printable(step.action),
             truth.empty() ? "" : "  (" + truth + ")");
}

void print_panes(const traces::Report& report, std::size_t k,
                 const std::vector<traces::Pane>& panes) {
  for (const traces::Pane pane : panes) {
    if (panes.size() > 1) fmt::print("\n{}\n", traces::kPaneNames[static_cast<std::size_t>(pane)]);
    print_lines(
        traces::pane_text(report, k, pane, kWidth, use_colour(), report.trace.steps.size() + 1));
  }
}

std::vector<traces::Pane> panes_of(const ReplayOptions& o) {
  std::vector<traces::Pane> panes;
  for (const std::string& name : o.shows) {
    const auto pane = traces::find_pane(name);
    if (!pane) throw std::invalid_argument("--show: there is no pane `" + name + "`");
    panes.push_back(*pane);
  }
  if (panes.empty() && !o.moves) panes.push_back(traces::Pane::fields);
  return panes;
}

const traces::OtherMove& chosen(const std::vector<traces::OtherMove>& moves, std::size_t choice,
                                std::size_t k) {
  if (choice < 1 || choice > moves.size())
    throw std::invalid_argument(fmt::format("--take {}: after step {} there {} {} move{}", choice,
                                            k, moves.size() == 1 ? "is" : "are", moves.size(),
                                            moves.size() == 1 ? "" : "s"));
  return moves[choice - 1];
}

}  // namespace

bool asks_for_a_step(const ReplayOptions& o) {
  return o.step || o.moves || o.json || !o.shows.empty() || !o.takes.empty();
}

int replay_step(const ReplayOptions& o, LoadedRun run) {
  const std::size_t last = run.trace.steps.size() - 1;
  std::size_t k = o.step.value_or(last);
  if (k > last) throw std::invalid_argument(fmt::format("--step {}: the last step is {}", k, last));
  const std::vector<traces::Pane> panes = panes_of(o);
  const traces::Onward onward = onward_of(run.bound);
  traces::Report report = report_of(run.bound, std::move(run.trace));
  const bool is_text = !o.itf && !o.json;
  if (!o.takes.empty() && is_text) fmt::print("left the trace at step {}\n", k);
  for (std::size_t i = 0; i < o.takes.size(); ++i) {
    report = onward.take(report.trace, k, chosen(onward.moves(report.trace, k), o.takes[i], k));
    ++k;
    if (is_text && i + 1 < o.takes.size()) {
      print_step(report, k);
      print_lines(traces::pane_text(report, k, traces::Pane::fields, kWidth, use_colour(), 0));
    }
  }
  if (o.itf) {
    const std::string text = traces::to_itf(report.trace);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  const std::vector<traces::OtherMove> moves =
      o.moves ? onward.moves(report.trace, k) : std::vector<traces::OtherMove>{};
  if (o.json) {
    const std::string text = traces::to_step_json(report, k, o.moves ? &moves : nullptr);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  print_step(report, k);
  print_panes(report, k, panes);
  if (o.moves) print_lines(traces::moves_text(report.trace, k, moves, kWidth));
  return kOk;
}

}  // namespace nsmc::cli
