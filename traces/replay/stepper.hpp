// The independent stepper: re-executes runs, to write them down and to check what is written.
// SPDX-License-Identifier: MIT
//
// Built on System::execute() and on nothing else of what an engine uses: no successors(), no
// store, no packed states.  A fault of an engine shows as a run that cannot be re-executed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/lang/system.hpp"
#include "traces/text.hpp"
#include "traces/trace.hpp"

namespace nsmc::traces {

// An action as lower-case hex of its bytes, and back.  There is one spelling per action, so an
// action must have no padding bytes.
template <class Action>
std::string to_code(const Action& action) {
  static_assert(std::has_unique_object_representations_v<Action>);
  constexpr std::string_view kDigits = "0123456789abcdef";
  unsigned char bytes[sizeof(Action)];
  std::memcpy(bytes, &action, sizeof(Action));
  std::string code;
  for (const unsigned char byte : bytes) {
    code += kDigits[byte >> 4U];
    code += kDigits[byte & 15U];
  }
  return code;
}

template <class Action>
std::optional<Action> from_code(std::string_view code) {
  static_assert(std::has_unique_object_representations_v<Action>);
  if (code.size() != 2 * sizeof(Action)) return std::nullopt;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  unsigned char bytes[sizeof(Action)];
  for (std::size_t i = 0; i < sizeof(Action); ++i) {
    const int high = digit(code[2 * i]);
    const int low = digit(code[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<unsigned char>(high * 16 + low);
  }
  Action action;
  std::memcpy(&action, bytes, sizeof(Action));
  return action;
}

// Writes a run down.  Throws std::logic_error if the system cannot do what the run says: then the
// engine that found it is wrong, and no trace may be shown.
template <lang::System S>
Trace record(const S& system, const lang::Run<S>& run,
             std::map<std::string, std::string> meta = {}) {
  const std::vector<typename S::State> initial = system.initial();
  if (run.initial >= initial.size())
    throw std::logic_error("the run starts in an initial state that the system does not have");
  Trace trace{std::move(meta), {}};
  typename S::State state = initial[run.initial];
  trace.steps.push_back({"", "initial", "", system.fields(state)});
  for (const typename S::Action& action : run.actions) {
    typename S::State after{};
    typename S::Events events{};
    if (!system.execute(state, action, after, events))
      throw std::logic_error("step " + std::to_string(trace.steps.size()) +
                             " of the run cannot be re-executed");
    trace.steps.push_back(
        {system.actor(action), system.label(state, action), to_code(action), system.fields(after)});
    state = after;
  }
  return trace;
}

// The first place where a trace is not a run of the system.
struct Divergence {
  std::size_t step;
  std::string what;  // a sentence: "step 7: field ns1.kref is 2 in the trace and 1 in the model"
};

namespace stepper {

inline std::string shown(std::string_view text) {
  return text.empty() ? "empty" : shortened(printable(text), 60);
}

inline std::string differs(const std::string& what, std::string_view trace,
                           std::string_view model) {
  return what + " is " + shown(trace) + " in the trace and " + shown(model) + " in the model";
}

inline std::optional<std::string> difference(const std::vector<lang::Field>& trace,
                                             const std::vector<lang::Field>& model) {
  for (std::size_t i = 0; i < std::min(trace.size(), model.size()); ++i) {
    if (trace[i].name != model[i].name)
      return differs("the name of field " + std::to_string(i + 1), trace[i].name, model[i].name);
    if (trace[i].value != model[i].value)
      return differs("field " + printable(trace[i].name), trace[i].value, model[i].value);
  }
  if (trace.size() != model.size())
    return differs("the number of fields", std::to_string(trace.size()),
                   std::to_string(model.size()));
  return std::nullopt;
}

// One move: advances `state`, or says why the trace is wrong.
template <lang::System S>
std::optional<std::string> follow(const S& system, const TraceStep& step,
                                  typename S::State& state) {
  const auto action = from_code<typename S::Action>(step.code);
  if (!action) return "the code " + shown(step.code) + " is not that of an action";
  typename S::State after{};
  typename S::Events events{};
  if (!system.execute(state, *action, after, events))
    return "the model cannot do " + shown(step.action) + " (code " + shown(step.code) + ") here";
  const std::string actor = system.actor(*action);
  const std::string label = system.label(state, *action);
  if (step.actor != actor) return differs("the actor", step.actor, actor);
  if (step.action != label) return differs("the action", step.action, label);
  state = after;
  return difference(step.fields, system.fields(state));
}

template <lang::System S>
std::optional<Divergence> verify_from(const S& system, typename S::State state,
                                      const Trace& trace) {
  for (std::size_t k = 0; k < trace.steps.size(); ++k) {
    const std::optional<std::string> what =
        k == 0 ? difference(trace.steps[0].fields, system.fields(state))
               : follow(system, trace.steps[k], state);
    if (what) return Divergence{k, "step " + std::to_string(k) + ": " + *what};
  }
  if (!trace.loop) return std::nullopt;
  if (*trace.loop >= trace.steps.size()) return Divergence{*trace.loop, "the loop has no start"};
  const auto& start = trace.steps[*trace.loop].fields;
  for (std::size_t i = 0; i < start.size(); ++i)
    if (const lang::Field& last = trace.steps.back().fields[i]; last.value != start[i].value)
      return Divergence{trace.steps.size() - 1,
                        "the loop does not close: field " + printable(last.name) + " is " +
                            shown(start[i].value) + " in step " + std::to_string(*trace.loop) +
                            " and " + shown(last.value) + " in the last"};
  return std::nullopt;
}

}  // namespace stepper

// Re-executes a trace from a file and compares everything; nothing in it is believed, except
// `meta`, which is not compared.  If several initial states read alike, one of them must fit; the
// divergence is that of the attempt that got furthest.
// REQUIRES: execute() refuses every action that successors() would not give, whatever its bytes.
template <lang::System S>
std::optional<Divergence> verify(const S& system, const Trace& trace) {
  if (trace.steps.empty()) return Divergence{0, "step 0: the trace has no initial state"};
  const TraceStep& first = trace.steps[0];
  if (!first.actor.empty())
    return Divergence{0, "step 0: " + stepper::differs("the actor", first.actor, "")};
  if (first.action != "initial")
    return Divergence{0, "step 0: " + stepper::differs("the action", first.action, "initial")};
  if (!first.code.empty())
    return Divergence{0, "step 0: " + stepper::differs("the code", first.code, "")};

  const std::vector<typename S::State> initial = system.initial();
  std::optional<Divergence> furthest;
  for (const typename S::State& state : initial) {
    std::optional<Divergence> found = stepper::verify_from(system, state, trace);
    if (!found) return std::nullopt;
    if (!furthest || found->step > furthest->step) furthest = std::move(found);
  }
  if (!furthest) return Divergence{0, "step 0: the model has no initial state"};
  if (furthest->step == 0 && initial.size() > 1)
    furthest->what = "step 0: this is none of the " + std::to_string(initial.size()) +
                     " initial states of the model";
  return furthest;
}

}  // namespace nsmc::traces
