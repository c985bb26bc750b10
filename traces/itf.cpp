// The Informal Trace Format (Apalache ADR-015), written canonically and read strictly.
// SPDX-License-Identifier: MIT
#include "traces/itf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::string_view kAction = "mbt::actionTaken";  // the name that Quint's drivers read
constexpr std::string_view kDescription = "https://apalache-mc.org/docs/adr/015adr-trace.html";
enum class Type : std::uint8_t { open, integer, boolean, text };

const char* itf_name(Type type) {
  return type == Type::integer ? "Int" : type == Type::boolean ? "Bool" : "Str";
}

// Canonical only: "007" and "-0" are texts, or they would not come back as they were.
bool is_integer(std::string_view value) {
  if (value == "0") return true;
  if (value.starts_with('-')) value.remove_prefix(1);
  return !value.empty() && value[0] != '0' &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Type type_of(std::string_view value) {
  if (is_integer(value)) return Type::integer;
  return value == "true" || value == "false" ? Type::boolean : Type::text;
}

std::string shown(std::string_view name) { return shortened(printable(name), 60); }

std::string json_text(std::string_view text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    throw std::invalid_argument("to_itf: \"" + printable(text) + "\" is not UTF-8");
  }
}

std::string json_value(std::string_view value, Type type) {
  if (type == Type::integer) return fmt::format(R"({{"#bigint":"{}"}})", value);
  return type == Type::boolean ? std::string(value) : json_text(value);
}

void require_writable(const Trace& trace) {
  const auto require = [](bool holds, const std::string& otherwise) {
    if (!holds) throw std::invalid_argument("to_itf: " + otherwise);
  };
  require(!trace.steps.empty(), "a trace has at least its initial state");
  for (const char* key : {"format", "format-description", "varTypes"})
    require(!trace.meta.contains(key), std::string(key) + " is not free in meta");
  const std::vector<lang::Field>& fields = trace.steps[0].fields;
  std::unordered_set<std::string_view> names;
  for (const lang::Field& field : fields) {
    require(!field.name.empty() && field.name[0] != '#' && field.name != kAction,
            "the name \"" + field.name + "\" is reserved");
    require(names.insert(field.name).second, "two fields are called " + field.name);
  }
  const auto same_name = [](const lang::Field& a, const lang::Field& b) {
    return a.name == b.name;
  };
  for (const TraceStep& step : trace.steps)
    require(
        std::equal(fields.begin(), fields.end(), step.fields.begin(), step.fields.end(), same_name),
        "every step must have the same field names in the same order");
  require(!trace.loop || *trace.loop < trace.steps.size(), "the loop starts at one of the steps");
}

std::vector<Type> types_of(const Trace& trace) {
  std::vector<Type> types(trace.steps[0].fields.size(), Type::open);
  for (const TraceStep& step : trace.steps) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Type type = type_of(step.fields[i].value);
      types[i] = types[i] == Type::open || types[i] == type ? type : Type::text;
    }
  }
  return types;
}

class Reader {
 public:
  Reader(std::string_view text, std::string name) : document_(text, std::move(name)) {}

  Trace read() {
    const JsonNode& root = expect(document_.root(), JsonKind::object, "the file");
    allow_only(root, {"#meta", "vars", "states", "loop"}, "the file");
    read_names(member(root, "vars", JsonKind::array, "the file"));
    read_meta(member(root, "#meta", JsonKind::object, "the file"));
    read_states(member(root, "states", JsonKind::array, "the file"));
    if (const JsonNode* loop = JsonDocument::member(root, "loop")) read_loop(*loop);
    return std::move(trace_);
  }

 private:
  struct Variable {
    std::string_view name;
    Type type = Type::open;
  };

  const JsonNode& expect(const JsonNode& node, JsonKind kind, const std::string& what) const {
    if (node.kind != kind)
      document_.refuse(node, what + " is " + name_of(node.kind),
                       std::string("it must be ") + name_of(kind));
    return node;
  }

  const JsonNode& member(const JsonNode& object, const char* key, JsonKind kind,
                         const std::string& where) const {
    const JsonNode* found = JsonDocument::member(object, key);
    if (found == nullptr) document_.refuse(object, where + " has no " + key, "it must have one");
    return expect(*found, kind, key);
  }

  void allow_only(const JsonNode& object, std::initializer_list<std::string_view> keys,
                  const char* where) const {
    for (const JsonNode& child : object)
      if (std::find(keys.begin(), keys.end(), child.key) == keys.end())
        document_.refuse_key(child,
                             fmt::format("the unknown key {} in {}", shown(child.key), where),
                             fmt::format("allowed are {}", fmt::join(keys, ", ")));
  }

  void read_names(const JsonNode& vars) {
    for (const JsonNode& node : vars) {
      const std::string_view name = expect(node, JsonKind::string, "the name of a variable").text;
      if (name.empty() || name[0] == '#')
        document_.refuse(node, fmt::format("a variable is called \"{}\"", shown(name)),
                         "names are not empty and do not start with #");
      if (!index_.emplace(name, variables_.size()).second)
        document_.refuse(node, shown(name) + " is twice in vars", "remove one");
      variables_.push_back({name, name == kAction ? Type::text : Type::open});
    }
    if (!index_.contains(kAction))
      document_.refuse(vars, "mbt::actionTaken is not in vars", "it must name each step's action");
  }

  void read_meta(const JsonNode& meta) {
    for (const JsonNode& node : meta) {
      if (node.key == "varTypes") {
        read_types(expect(node, JsonKind::object, "varTypes"));
        continue;
      }
      const std::string_view text = expect(node, JsonKind::string, "a member of #meta").text;
      if (node.key == "format" && text != "ITF")
        document_.refuse(node, fmt::format("the format is \"{}\"", shown(text)), "it must be ITF");
      if (node.key != "format" && node.key != "format-description")
        trace_.meta.emplace(node.key, text);
    }
  }

  void read_types(const JsonNode& types) {
    for (const JsonNode& node : types) {
      const auto found = index_.find(node.key);
      if (found == index_.end())
        document_.refuse_key(node, fmt::format("{} has a type and is not in vars", shown(node.key)),
                             "varTypes lists the variables of vars");
      const std::string_view said = expect(node, JsonKind::string, "a type").text;
      const Type type = said == "Int"    ? Type::integer
                        : said == "Bool" ? Type::boolean
                        : said == "Str"  ? Type::text
                                         : Type::open;
      Variable& variable = variables_[found->second];
      if (type == Type::open || (variable.type == Type::text && type != Type::text))
        document_.refuse(node, fmt::format("{} has type {}", shown(node.key), shown(said)),
                         node.key == kAction ? "it must be Str" : "it must be Int, Bool or Str");
      variable.type = type;
    }
    if (types.size != variables_.size() + 1)
      document_.refuse(
          types, fmt::format("varTypes has {} of {} variables", types.size - 1, variables_.size()),
          "it must have all of them, or be absent");
  }

  void read_states(const JsonNode& states) {
    for (const JsonNode& node : states)
      read_state(node, "state " + std::to_string(trace_.steps.size()));
    if (trace_.steps.empty())
      document_.refuse(states, "states is empty", "a trace has at least its initial state");
  }

  void read_loop(const JsonNode& loop) {
    const std::string_view text = expect(loop, JsonKind::number, "loop").text;
    for (std::size_t k = 0; k < trace_.steps.size() && !trace_.loop; ++k)
      if (text == std::to_string(k)) trace_.loop = k;
    if (!trace_.loop)
      document_.refuse(loop, "the loop starts at state " + shown(text),
                       fmt::format("there are states 0 to {}", trace_.steps.size() - 1));
  }

  void read_state(const JsonNode& state, const std::string& where) {
    TraceStep step;
    std::vector<const JsonNode*> values(variables_.size(), nullptr);
    std::size_t expected = 0;  // in canonical order nothing need be looked up
    for (const JsonNode& node : expect(state, JsonKind::object, where)) {
      if (node.key == "#meta") {
        read_state_meta(expect(node, JsonKind::object, "#meta"), step, where);
        continue;
      }
      if (expected >= variables_.size() || variables_[expected].name != node.key) {
        const auto found = index_.find(node.key);
        if (found == index_.end())
          document_.refuse_key(
              node, fmt::format("{} defines {}, which is not in vars", where, shown(node.key)),
              "remove it, or name it in vars");
        expected = found->second;
      }
      values[expected++] = &node;
    }
    if (JsonDocument::member(state, "#meta") == nullptr)
      document_.refuse(state, where + " has no #meta", "it must have index, actor and code");
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string_view name = variables_[i].name;
      if (values[i] == nullptr)
        document_.refuse(state, fmt::format("{} does not define {}", where, shown(name)),
                         "every state defines every variable of vars");
      std::string_view value = read_value(*values[i], variables_[i]);
      if (name == kAction)
        step.action = value;
      else
        step.fields.push_back({std::string(name), std::string(value)});
    }
    trace_.steps.push_back(std::move(step));
  }

  void read_state_meta(const JsonNode& meta, TraceStep& step, const std::string& where) const {
    allow_only(meta, {"index", "actor", "code"}, "the #meta of a state");
    const JsonNode& index = member(meta, "index", JsonKind::number, where);
    if (index.text != std::to_string(trace_.steps.size()))
      document_.refuse(index, fmt::format("{} has index {}", where, shown(index.text)),
                       "states are numbered from 0 without gaps: one is missing or doubled");
    step.actor = member(meta, "actor", JsonKind::string, where).text;
    step.code = member(meta, "code", JsonKind::string, where).text;
  }

  std::string_view read_value(const JsonNode& node, Variable& variable) const {
    const bool has_member = node.kind == JsonKind::object && node.size > 1;
    const JsonNode* inner = has_member ? &*node.begin() : nullptr;
    Type type = node.kind == JsonKind::string    ? Type::text
                : node.kind == JsonKind::boolean ? Type::boolean
                                                 : Type::open;
    if (has_member && node.size == 2 && inner->key == "#bigint") {
      if (inner->kind != JsonKind::string || !is_integer(inner->text))
        document_.refuse(*inner, "#bigint is not a decimal integer in quotes",
                         "write it as -?[0-9]+ without leading zeros");
      type = Type::integer;
    }
    if (type == Type::open) {
      const std::string tag = has_member ? " with the member " + shown(inner->key) : "";
      document_.refuse(
          node, fmt::format("{} is {}{}", shown(variable.name), name_of(node.kind), tag),
          R"(a value is a string, true, false or an integer {"#bigint":"1"} and nothing else)");
    }
    if (variable.type == Type::open) variable.type = type;
    if (variable.type != type)
      document_.refuse(node, fmt::format("{} is {} here", shown(variable.name), itf_name(type)),
                       fmt::format("it must be {} in every state", itf_name(variable.type)));
    return type == Type::integer ? inner->text : node.text;
  }

  JsonDocument document_;
  Trace trace_;
  std::vector<Variable> variables_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace

std::string to_itf(const Trace& trace) {
  require_writable(trace);
  const std::vector<lang::Field>& fields = trace.steps[0].fields;
  const std::vector<Type> types = types_of(trace);
  std::string out =
      fmt::format(R"({{"#meta":{{"format":"ITF","format-description":"{}")", kDescription);
  for (const auto& [key, value] : trace.meta)
    out += fmt::format(",\n{}:{}", json_text(key), json_text(value));
  out += ",\n\"varTypes\":{";
  std::string vars;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out += fmt::format("{}:\"{}\",", json_text(fields[i].name), itf_name(types[i]));
    vars += json_text(fields[i].name) + ",";
  }
  out += fmt::format("\"{0}\":\"Str\"}}}},\n\"vars\":[{1}\"{0}\"],\n\"states\":[", kAction, vars);
  for (std::size_t k = 0; k < trace.steps.size(); ++k) {
    const TraceStep& step = trace.steps[k];
    out += fmt::format("{}\n{{\"#meta\":{{\"index\":{},\"actor\":{},\"code\":{}}},",
                       k == 0 ? "" : ",", k, json_text(step.actor), json_text(step.code));
    for (std::size_t i = 0; i < fields.size(); ++i)
      out += json_text(fields[i].name) + ":" + json_value(step.fields[i].value, types[i]) + ",";
    out += fmt::format("\"{}\":{}}}", kAction, json_text(step.action));
  }
  out += "\n]";
  if (trace.loop) out += fmt::format(",\n\"loop\":{}", *trace.loop);
  return out + "}\n";
}

Trace from_itf(std::string_view text, std::string name) {
  return Reader(text, std::move(name)).read();
}

}  // namespace nsmc::traces
