// A scenario written down in its canonical layout.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "traces/scenario.hpp"

namespace nsmc::traces {

namespace {

std::string joined(const std::vector<Name>& names, const char* separator) {
  std::string out;
  for (const Name& name : names) out += (out.empty() ? "" : separator) + name.text;
  return out;
}

std::string text_of(const Arg& arg) {
  return arg.is_integer() ? std::to_string(arg.integer) : joined(arg.names, "|");
}

std::string header(const Scenario& scenario) {
  std::string out;
  if (scenario.kernel) out += "kernel " + scenario.kernel->text;
  for (const Change& change : scenario.changes)
    out += (change.with ? " with " : " without ") + change.id.text;
  if (scenario.kernel) out += "\n";
  for (const Setting& setting : scenario.config)
    out += fmt::format("{}{}={}", &setting == &scenario.config.front() ? "config " : " ",
                       setting.key.text, text_of(setting.value));
  if (!scenario.config.empty()) out += "\n";
  return out.empty() ? out : "\n" + out;
}

std::string body(const Scenario& scenario) {
  std::string out = "\n";
  for (const Program& program : scenario.programs) {
    out += program.label.text + ":\n";
    for (const Call& call : program.calls) out += "  " + to_text(call) + "\n";
  }
  for (const Call& call : scenario.free_calls)
    out += (&call == &scenario.free_calls.front() ? "free " : ", ") + to_text(call);
  if (!scenario.free_calls.empty()) out += "\n";
  return out;
}

std::string text_of(const Question& question) {
  std::string out;
  switch (question.kind) {
    case Question::Kind::always:
      out = "always";
      break;
    case Question::Kind::never:
      out = "never";
      break;
    case Question::Kind::sometimes:
      out = "sometimes";
      break;
    case Question::Kind::survey:
      out = "survey";
      break;
  }
  if (question.finally) out += " finally";
  if (question.kind != Question::Kind::survey) return out + " " + to_text(question.condition);
  return question.properties.empty() ? out : out + " " + joined(question.properties, " ");
}

std::string text_of(const Expectation& expectation) {
  std::string out = "expect ";
  switch (expectation.answer) {
    case Expectation::Answer::yes:
      out += "yes";
      break;
    case Expectation::Answer::no:
      out += "no";
      break;
    case Expectation::Answer::vacuous:
      out += "vacuous";
      break;
  }
  if (expectation.property) out += " " + expectation.property->text;
  if (expectation.bug) out += ": " + expectation.bug->text;
  return out;
}

}  // namespace

std::string to_text(const Call& call) {
  std::string out = joined(call.binds, ", ");
  if (!out.empty()) out += " = ";
  out += call.function.text + "(";
  for (const Arg& arg : call.args) out += (&arg == &call.args.front() ? "" : ", ") + text_of(arg);
  return out + ")";
}

std::string to_text(const Scenario& scenario) {
  std::string out = fmt::format("scenario {}\n\"{}\"\n", scenario.name.text, scenario.title.text) +
                    header(scenario) + body(scenario) + "\n" + text_of(scenario.question) + "\n";
  for (const Expectation& expectation : scenario.question.expectations)
    out += text_of(expectation) + "\n";
  return out;
}

}  // namespace nsmc::traces
