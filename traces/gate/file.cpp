// TOML read strictly: every key is known, every word is printable, every mistake has a place.
// SPDX-License-Identifier: MIT
#include "traces/gate/file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "traces/files.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 20U;
constexpr std::int64_t kMovesMax = 1000;  // of the engine on terms; a run of its own is shorter

class Reader {
 public:
  explicit Reader(GateFile& file) : file_(file) {}

  void read() {
    try {
      const toml::table root = toml::parse(std::string_view(file_.text), file_.path);
      require_printable(root);
      top(root);
    } catch (const toml::parse_error& error) {
      refuse(error.source(), std::string(error.description()));
    }
  }

 private:
  static int number(toml::source_index index) { return static_cast<int>(index); }

  static Position position(const toml::source_region& at) {
    return {number(at.begin.line), number(at.begin.column)};
  }

  [[noreturn]] void refuse(const toml::source_region& at, const std::string& what) const {
    const bool one_line = at.begin.line == at.end.line && at.end.column > at.begin.column;
    throw error_in(file_.path, file_.text, position(at),
                   one_line ? number(at.end.column - at.begin.column) : 1, printable(what));
  }

  // What a key or value says is printed in messages and reports, so it may not deceive.
  void require_printable(const std::string& word, const toml::source_region& at) const {
    for (std::string_view rest = word; !rest.empty();) {
      const Character c = first_character(rest);
      if (!c.fault.empty()) refuse(at, c.fault + " may not stand in a word");
      if (rest.front() == '\t') refuse(at, "a tab may not stand in a word");
      rest.remove_prefix(c.bytes);
    }
  }

  void require_printable(const toml::node& node) const {
    if (const auto* table = node.as_table()) {
      for (const auto& [key, value] : *table) {
        require_printable(std::string(key.str()), key.source());
        require_printable(value);
      }
    } else if (const auto* array = node.as_array()) {
      for (const toml::node& value : *array) require_printable(value);
    } else if (const auto* text = node.as_string()) {
      require_printable(text->get(), node.source());
    }
  }

  [[noreturn]] void unknown_key(const toml::key& key, const std::vector<std::string>& known) const {
    std::string hint = did_you_mean(key.str(), known);
    if (hint.empty()) hint = fmt::format("; known are {}", fmt::join(known, ", "));
    refuse(key.source(), fmt::format("unknown key `{}`{}", key.str(), hint));
  }

  Name word(const toml::node& node, const std::string& key) const {
    const auto* text = node.as_string();
    if (text == nullptr || text->get().empty())
      refuse(node.source(), fmt::format("`{}` takes text in quotes", key));
    return {text->get(), position(node.source())};
  }

  std::vector<Name> words(const toml::node& node, const std::string& key) const {
    std::vector<Name> all;
    if (const auto* array = node.as_array()) {
      for (const toml::node& value : *array) all.push_back(word(value, key));
      if (all.empty()) refuse(node.source(), fmt::format("`{}` names nothing", key));
    } else {
      all.push_back(word(node, key));
    }
    return all;
  }

  std::uint64_t count(const toml::node& node, const std::string& key, std::int64_t max) const {
    const auto* value = node.as_integer();
    if (value == nullptr || value->get() < 1 || value->get() > max)
      refuse(node.source(), fmt::format("`{}` takes an integer from 1 to {}", key, max));
    return static_cast<std::uint64_t>(value->get());
  }

  void top(const toml::table& root) {
    for (const auto& [key, value] : root) {
      if (key == "budget") {
        const auto* seconds = value.as_integer();
        const Name text =
            seconds != nullptr ? Name{std::to_string(seconds->get()), {}} : word(value, "budget");
        file_.budget_seconds = duration_seconds(text.text);
        if (file_.budget_seconds <= 0)
          refuse(value.source(), "`budget` takes a time, such as \"90s\", \"5m\" or \"1h\"");
      } else if (key == "strict") {
        const auto* flag = value.as_boolean();
        if (flag == nullptr) refuse(value.source(), "`strict` takes true or false");
        file_.strict = flag->get();
      } else if (key == "run") {
        runs(value);
      } else {
        unknown_key(key, {"budget", "strict", "run"});
      }
    }
    if (file_.runs.empty())
      throw error_in(file_.path, file_.text, {1, 1}, 1, "there is no [[run]], so nothing is gated");
  }

  void runs(const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) refuse(node.source(), "a run begins with [[run]], in two brackets");
    std::set<std::string> names;
    for (const toml::node& element : *array) {
      const auto* table = element.as_table();
      if (table == nullptr) refuse(element.source(), "a run is a table: [[run]]");
      file_.runs.push_back(run(*table));
      const Name& name = file_.runs.back().name;
      if (!names.insert(name.text).second)
        throw gate_error(file_, name, fmt::format("two runs are called `{}`", name.text));
    }
  }

  GateRun run(const toml::table& table) const {
    GateRun run;
    for (const auto& [key, value] : table) {
      const std::string k(key.str());
      if (k == "name")
        run.name = word(value, k);
      else if (k == "scenarios")
        run.scenarios = words(value, k);
      else if (k == "kernels")
        run.kernels = words(value, k);
      else if (k == "with")
        run.with = words(value, k);
      else if (k == "without")
        run.without = words(value, k);
      else if (k == "vacuous")
        run.vacuous = words(value, k);
      else if (k == "config")
        run.settings = settings(value);
      else if (k == "expect")
        run.expect = expectations(value);
      else if (k == "states")
        run.pins = pins(value);
      else if (k == "bounded")
        run.bounded = static_cast<std::uint32_t>(count(value, k, kMovesMax));
      else
        unknown_key(key, {"name", "scenarios", "kernels", "with", "without", "config", "expect",
                          "vacuous", "states", "bounded"});
    }
    if (run.name.text.empty()) refuse(table.source(), "this run has no `name`");
    if (run.scenarios.empty())
      throw gate_error(file_, run.name, "this run has no `scenarios`: a file or a folder");
    return run;
  }

  std::vector<Name> settings(const toml::node& node) const {
    const auto* table = node.as_table();
    if (table == nullptr) refuse(node.source(), "`config` takes a table: { tasks = 4 }");
    std::vector<Name> all;
    for (const auto& [key, value] : *table) {
      std::string text(key.str());
      if (const auto* number_value = value.as_integer())
        text += "=" + std::to_string(number_value->get());
      else
        text += "=" + word(value, text).text;
      all.push_back({text, position(key.source())});
    }
    return all;
  }

  // "violated" or "violated: BZ-07".
  GateExpectation expectation(const Name& of, const toml::node& node,
                              const std::vector<std::string>& verdicts) const {
    const Name said = word(node, "expect");
    GateExpectation e{of, said.text.substr(0, said.text.find(':')), {}};
    if (e.verdict.size() < said.text.size()) {
      e.bug = said.text.substr(e.verdict.size() + 1);
      e.bug.erase(0, e.bug.find_first_not_of(' '));
      if (e.bug.empty() || (e.verdict != "violated" && e.verdict != "no"))
        refuse(node.source(), "a bug explains a violation: \"violated: BZ-07\", \"no: BZ-07\"");
    }
    if (std::find(verdicts.begin(), verdicts.end(), e.verdict) == verdicts.end()) {
      std::string hint = did_you_mean(e.verdict, verdicts);
      if (hint.empty()) hint = fmt::format("; known are {}", fmt::join(verdicts, ", "));
      refuse(node.source(), fmt::format("unknown verdict `{}`{}", e.verdict, hint));
    }
    return e;
  }

  std::vector<GateExpectation> expectations(const toml::node& node) const {
    const auto* table = node.as_table();
    if (table == nullptr) return {expectation({"", position(node.source())}, node, {"yes", "no"})};
    std::vector<GateExpectation> all;
    for (const auto& [key, value] : *table)
      all.push_back(expectation({std::string(key.str()), position(key.source())}, value,
                                {"holds", "violated", "vacuous"}));
    return all;
  }

  // 1234, or [states, transitions, depth].
  GatePin pin(const Name& of, const toml::node& node) const {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    GatePin pin{of, 0, 0, 0};
    const auto* array = node.as_array();
    if (array == nullptr) {
      pin.states = count(node, "states", kMax);
    } else if (array->size() == 3) {
      pin.states = count(*array->get(0), "states", kMax);
      pin.transitions = count(*array->get(1), "states", kMax);
      pin.depth = count(*array->get(2), "states", kMax);
    } else {
      refuse(node.source(), "a pin is a number of states, or [states, transitions, depth]");
    }
    return pin;
  }

  std::vector<GatePin> pins(const toml::node& node) const {
    const auto* table = node.as_table();
    if (table == nullptr) return {pin({"", position(node.source())}, node)};
    std::vector<GatePin> all;
    for (const auto& [key, value] : *table)
      all.push_back(pin({std::string(key.str()), position(key.source())}, value));
    if (all.empty()) refuse(node.source(), "`states` pins nothing");
    return all;
  }

  GateFile& file_;
};

}  // namespace

GateFile parse_gate_file(std::string path, std::string text) {
  GateFile file;
  file.path = std::move(path);
  file.text = std::move(text);
  Reader(file).read();
  return file;
}

GateFile read_gate_file(const std::string& path) {
  return parse_gate_file(path, read_file(path, kBytesMax));
}

ScenarioError gate_error(const GateFile& file, const Name& name, std::string what) {
  return error_in(file.path, file.text, name.at, static_cast<int>(columns(name.text)),
                  printable(what));
}

double duration_seconds(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || !(number > 0) || number > 1e9) return 0;
  if (unit.empty() || unit == "s") return number;
  return unit == "m" ? number * 60 : unit == "h" ? number * 3600 : 0;
}

}  // namespace nsmc::traces
