// SARIF 2.1.0: a counterexample as a code flow.
// SPDX-License-Identifier: MIT
//
// executionOrder is SARIF's way to say how threads interleave.  GitHub lists thread flows one after
// another and shows no order, so the first of them has all steps; then comes one per task.
#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "traces/gate/reports.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kStepsMax = 450;  // GitHub keeps 1,000 locations: each step stands twice

Json physical(const GatePlace& place) {
  return {{"artifactLocation", {{"uri", place.uri}}}, {"region", {{"startLine", place.line}}}};
}

Json message(const std::string& text) { return {{"text", printable(text)}}; }

// A field with a slash in its name is a detail (traces/trace.hpp).
bool is_detail(const lang::Field& field) { return field.name.find('/') != std::string::npos; }

// Names of the fields that a step changes.
std::set<std::string> changed(const Trace& run, std::size_t step) {
  std::set<std::string> names;
  const auto& before = run.steps[step - 1].fields;
  const auto& after = run.steps[step].fields;
  for (std::size_t i = 0; i < after.size(); ++i)
    if (before[i].value != after[i].value && !is_detail(after[i])) names.insert(after[i].name);
  return names;
}

Json step_location(const GateClaim& claim, std::size_t step) {
  const Trace& run = *claim.run;
  const TraceStep& one = run.steps[step];
  const auto& before = run.steps[step - 1].fields;
  const std::set<std::string> last = changed(run, run.steps.size() - 1);
  Json state = Json::object();
  bool essential = step + 1 == run.steps.size();
  for (std::size_t i = 0; i < one.fields.size(); ++i) {
    if (before[i].value == one.fields[i].value || is_detail(one.fields[i])) continue;
    state[one.fields[i].name] = message(before[i].value + " -> " + one.fields[i].value);
    essential = essential || last.count(one.fields[i].name) > 0;
  }
  std::string text = one.actor + " " + one.action;
  if (!claim.files[step].empty()) text += " (" + claim.files[step] + ")";
  Json location = {{"location",
                    {{"physicalLocation", physical(claim.places[step])},
                     {"message", message(std::to_string(step) + ". " + text)}}},
                   {"executionOrder", step},
                   {"importance", essential       ? "essential"
                                  : state.empty() ? "unimportant"
                                                  : "important"}};
  if (!state.empty()) location["state"] = std::move(state);
  return location;
}

Json thread_flow(const std::string& id, Json&& locations) {
  return {{"id", printable(id)}, {"locations", std::move(locations)}};
}

// A run that is too long for GitHub keeps its end, which is where the claim breaks.
Json code_flow(const GateClaim& claim) {
  const std::size_t steps = claim.run->steps.size();
  const std::size_t first = steps > kStepsMax ? steps - kStepsMax : 1;
  Json all = Json::array();
  std::vector<std::pair<std::string, Json>> tasks;
  for (std::size_t step = first; step < steps; ++step) {
    Json location = step_location(claim, step);
    const std::string& actor = claim.run->steps[step].actor;
    auto task = std::find_if(tasks.begin(), tasks.end(), [&](auto& t) { return t.first == actor; });
    if (task == tasks.end()) task = tasks.insert(tasks.end(), {actor, Json::array()});
    task->second.push_back(location);
    all.push_back(std::move(location));
  }
  Json flows = Json::array({thread_flow("interleaving", std::move(all))});
  for (auto& [actor, locations] : tasks) flows.push_back(thread_flow(actor, std::move(locations)));
  return {{"threadFlows", std::move(flows)}};
}

// FNV-1a.  Stable from run to run: it says which finding this is, and not how long its run was.
std::string fingerprint(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  std::string hex(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4U) hex[i] = "0123456789abcdef"[hash & 15U];
  return hex + ":1";
}

class Run {
 public:
  void add(const GateFailure& f) {
    const bool of_property = f.claim != nullptr && f.problem->kind == GateProblem::Kind::verdict;
    Json result = head(of_property ? rule_of(*f.claim) : name_of(f.problem->kind),
                       of_property ? text_of(*f.claim) : kind_text(f.problem->kind), "error");
    std::string text = subject_of(f) + ": " + f.problem->what + ".";
    if (!f.problem->hint.empty()) text += " " + f.problem->hint;
    if (!f.problem->repeat.empty()) text += " Repeat: " + f.problem->repeat;
    finish(std::move(result), f, text, f.problem->place);
  }

  // A violation that is expected: known, and no reason to stop anybody.
  void add_known(const GateGroup& group, const GateCase& one, const GateClaim& claim) {
    const GateFailure f{&group, &one, &claim, nullptr};
    Json result = head(rule_of(claim), text_of(claim), "note");
    const std::string why = claim.bug.empty() ? "expected" : "the known bug " + claim.bug;
    result["suppressions"] = Json::array(
        {{{"kind", "external"}, {"status", "accepted"}, {"justification", printable(why)}}});
    finish(std::move(result), f, subject_of(f) + ": violated as expected: " + why + ".",
           claim.places.back());
  }

  Json json(const std::string& version) && {
    return {{"tool",
             {{"driver",
               {{"name", "nsmc"}, {"semanticVersion", version}, {"rules", std::move(rules_)}}}}},
            {"columnKind", "unicodeCodePoints"},
            {"results", std::move(results_)}};
  }

 private:
  static std::string rule_of(const GateClaim& c) {
    return c.property.empty() ? "question" : c.property;
  }
  static std::string text_of(const GateClaim& c) {
    return c.property.empty() ? "The answer to a scenario is the expected one." : c.says;
  }

  static std::string kind_text(GateProblem::Kind kind) {
    static constexpr const char* kTexts[] = {"A verdict is the expected one.",
                                             "Somebody can move, or the programs have ended.",
                                             "What a claim is about does happen.",
                                             "A search ends before its limits.",
                                             "A search is as large as it was.",
                                             "The engines and the model agree.",
                                             "Each step of the kernel is taken by some run."};
    return kTexts[static_cast<int>(kind)];
  }

  std::size_t rule(const std::string& id, const std::string& says) {
    const auto [known, is_new] = index_.emplace(id, rules_.size());
    if (is_new)
      rules_.push_back({{"id", id},
                        {"shortDescription", message(says)},
                        {"fullDescription", message(says)},
                        {"help", message(says + "  See `nsmc explain " + id + "`.")},
                        {"defaultConfiguration", {{"level", "error"}}}});
    return known->second;
  }

  Json head(const std::string& id, const std::string& says, const char* level) {
    const std::size_t index = rule(id, says);
    return {{"ruleId", id}, {"ruleIndex", index}, {"level", level}};
  }

  void finish(Json&& result, const GateFailure& f, const std::string& text,
              const GatePlace& place) {
    result["message"] = message(text);
    result["locations"] = Json::array({{{"physicalLocation", physical(place)}}});
    const std::string id = result["ruleId"].get<std::string>();
    const std::string group = f.group != nullptr ? f.group->name : "";
    std::string identity = group + "\n" + subject_of(f) + "\n" + id + "\n" + place.uri;
    // Of a case as a whole, several things can be said.
    if (f.claim == nullptr) identity += "\n" + f.problem->what;
    result["partialFingerprints"] = {{"primaryLocationLineHash", fingerprint(identity)}};
    if (f.claim != nullptr && f.claim->run && f.claim->run->steps.size() > 1)
      result["codeFlows"] = Json::array({code_flow(*f.claim)});
    results_.push_back(std::move(result));
  }

  Json rules_ = Json::array();
  Json results_ = Json::array();
  std::map<std::string, std::size_t> index_;
};

}  // namespace

std::string gate_sarif(const GateResult& result) {
  Run run;
  for (const GateFailure& f : failures_of(result)) run.add(f);
  for (const GateGroup& group : result.groups)
    for (const GateCase& one : group.cases)
      for (const GateClaim& claim : one.claims)
        if (!claim.problem && claim.run && !claim.places.empty()) run.add_known(group, one, claim);
  const Json document = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", Json::array({std::move(run).json(result.version)})}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nsmc::traces
