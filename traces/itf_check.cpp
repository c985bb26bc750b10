// The rules of ITF, on JSON laid flat.
// SPDX-License-Identifier: MIT
#include "traces/itf_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "traces/json_input.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

std::string shown(std::string_view text) { return shortened(printable(text), 60); }

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Checker {
 public:
  Checker(std::string_view text, std::string name) : document_(text, std::move(name)) {}

  ItfSummary check() {
    const JsonNode& root = expect(document_.root(), JsonKind::object, "the file");
    for (const JsonNode& node : root)
      if (node.key != "#meta" && node.key != "params" && node.key != "vars" &&
          node.key != "states" && node.key != "loop")
        document_.refuse_key(node, "the unknown key " + shown(node.key) + " in the file",
                             "allowed are #meta, params, vars, states, loop");
    if (const JsonNode* params = JsonDocument::member(root, "params")) names(*params, params_);
    names(member(root, "vars"), vars_);
    if (const JsonNode* meta = JsonDocument::member(root, "#meta")) check_meta(*meta);
    const JsonNode& states = expect(member(root, "states"), JsonKind::array, "states");
    for (const JsonNode& state : states) check_state(state);
    if (summary_.states == 0)
      document_.refuse(states, "states is empty", "a trace has at least its initial state");
    if (const JsonNode* loop = JsonDocument::member(root, "loop")) check_loop(*loop);
    summary_.variables = vars_.size();
    return summary_;
  }

 private:
  const JsonNode& expect(const JsonNode& node, JsonKind kind, const std::string& what) const {
    if (node.kind != kind)
      document_.refuse(node, what + " is " + name_of(node.kind),
                       std::string("it must be ") + name_of(kind));
    return node;
  }

  const JsonNode& member(const JsonNode& object, const char* key) const {
    const JsonNode* found = JsonDocument::member(object, key);
    if (found == nullptr)
      document_.refuse(object, std::string("the file has no ") + key, "it must have it");
    return *found;
  }

  void names(const JsonNode& list, std::set<std::string_view>& known) const {
    for (const JsonNode& node : expect(list, JsonKind::array, "a list of names")) {
      const std::string_view name = expect(node, JsonKind::string, "a name").text;
      if (name.empty() || name[0] == '#')
        document_.refuse(node, "the name \"" + shown(name) + "\"",
                         "names are not empty and do not start with #");
      if (params_.count(name) != 0 || vars_.count(name) != 0)
        document_.refuse(node, shown(name) + " is named twice", "remove one");
      known.insert(name);
    }
  }

  void check_meta(const JsonNode& meta) {
    expect(meta, JsonKind::object, "#meta");
    const JsonNode* format = JsonDocument::member(meta, "format");
    if (format != nullptr && format->text != "ITF")
      document_.refuse(*format, "the format is \"" + shown(format->text) + "\"", "it must be ITF");
    summary_.is_ours =
        JsonDocument::member(meta, "scenario") != nullptr && vars_.count("mbt::actionTaken") != 0;
    const JsonNode* types = JsonDocument::member(meta, "varTypes");
    if (types == nullptr) return;
    for (const JsonNode& type : expect(*types, JsonKind::object, "varTypes")) {
      expect(type, JsonKind::string, "a type");
      if (vars_.count(type.key) == 0 && params_.count(type.key) == 0)
        document_.refuse_key(type, shown(type.key) + " has a type and is not in vars",
                             "varTypes is about vars and params");
    }
  }

  void check_state(const JsonNode& state) {
    const std::string where = "state " + std::to_string(summary_.states++);
    std::size_t defined = 0;
    for (const JsonNode& node : expect(state, JsonKind::object, where)) {
      if (node.key == "#meta") {
        expect(node, JsonKind::object, "the #meta of " + where);
        continue;
      }
      const bool is_variable = vars_.count(node.key) != 0;
      if (!is_variable && params_.count(node.key) == 0)
        document_.refuse_key(node, where + " defines " + shown(node.key) + ", which is not in vars",
                             "remove it, or name it in vars");
      defined += is_variable ? 1 : 0;
      value(node);
    }
    if (defined == vars_.size()) return;
    for (const std::string_view name : vars_)
      if (JsonDocument::member(state, name) == nullptr)
        document_.refuse(state, where + " does not define " + shown(name),
                         "every state defines every variable of vars");
  }

  // The value in one spelling, by which sets find their duplicates.  Nesting is bounded by the
  // document's limit on depth.
  std::string value(const JsonNode& node) const {
    switch (node.kind) {
      case JsonKind::string:
        return fmt::format("\"{}:{}", node.text.size(), node.text);
      case JsonKind::boolean:
        return std::string(node.text);
      case JsonKind::array:
        return "[" + values(node) + "]";
      case JsonKind::object:
        return node.size > 1 && (*node.begin()).key.starts_with('#') ? tagged(node) : record(node);
      case JsonKind::number:
        document_.refuse(node, "a bare number",
                         R"(an integer is written {"#bigint":"1"}, whatever its size)");
      case JsonKind::null:
        break;
    }
    document_.refuse(node, "null", "it is no value of ITF");
  }

  std::string values(const JsonNode& list) const {
    std::string all;
    for (const JsonNode& one : list) all += value(one) + ",";
    return all;
  }

  std::string record(const JsonNode& object) const {
    std::set<std::string> fields;
    for (const JsonNode& field : object) {
      if (field.key.starts_with('#'))
        document_.refuse_key(field, "a record has the field " + shown(field.key),
                             "names of fields do not start with #");
      fields.insert(fmt::format("{}:{}={}", field.key.size(), field.key, value(field)));
    }
    return fmt::format("{{{}}}", fmt::join(fields, ","));
  }

  std::string tagged(const JsonNode& object) const {
    const JsonNode& inner = *object.begin();
    if (object.size != 1 + inner.size)
      document_.refuse(object, shown(inner.key) + " is not alone in its object",
                       "a tag has no other member beside it");
    if (inner.key == "#bigint") {
      if (expect(inner, JsonKind::string, "#bigint").text.empty() || !is_decimal(inner.text))
        document_.refuse(inner, "#bigint is not a decimal integer in quotes",
                         "write it as -?[0-9]+");
      return "#" + std::string(inner.text);
    }
    if (inner.key == "#unserializable")
      return "?" + std::string(expect(inner, JsonKind::string, "#unserializable").text);
    if (inner.key == "#tup") return "(" + values(expect(inner, JsonKind::array, "#tup")) + ")";
    if (inner.key == "#set") return "S" + set(expect(inner, JsonKind::array, "#set"));
    if (inner.key == "#map") return "M" + map(expect(inner, JsonKind::array, "#map"));
    document_.refuse_key(inner, "the unknown tag " + shown(inner.key),
                         "there are #bigint, #tup, #set, #map, #unserializable");
  }

  std::string set(const JsonNode& list) const {
    std::set<std::string> members;
    for (const JsonNode& one : list)
      if (!members.insert(value(one)).second)
        document_.refuse(one, "a set has this member twice", "remove one");
    return fmt::format("{{{}}}", fmt::join(members, ","));
  }

  std::string map(const JsonNode& list) const {
    std::set<std::string> keys, pairs;
    for (const JsonNode& pair : list) {
      const JsonNode& key = *expect(pair, JsonKind::array, "an entry of #map").begin();
      if (pair.size == 1 || pair.size == 1 + key.size ||
          pair.size != 1 + key.size + (&key)[key.size].size)
        document_.refuse(pair, "an entry of #map is no pair", "write [key, value]");
      const std::string text = value(key);
      if (!keys.insert(text).second)
        document_.refuse(key, "a map has this key twice", "remove one");
      pairs.insert(text + "->" + value((&key)[key.size]));
    }
    return fmt::format("{{{}}}", fmt::join(pairs, ","));
  }

  void check_loop(const JsonNode& loop) {
    const std::string_view text = expect(loop, JsonKind::number, "loop").text;
    for (std::size_t at = 0; at < summary_.states; ++at)
      if (text == std::to_string(at)) summary_.loop = at;
    if (!summary_.loop)
      document_.refuse(loop, "the loop starts at " + shown(text),
                       fmt::format("it is the index of a state, 0 to {}", summary_.states - 1));
  }

  JsonDocument document_;
  std::set<std::string_view> params_, vars_;
  ItfSummary summary_;
};

}  // namespace

ItfSummary check_itf(std::string_view text, std::string name) {
  return Checker(text, std::move(name)).check();
}

}  // namespace nsmc::traces
