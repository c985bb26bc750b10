// From the name of a step to a line of the model's source.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "checker/cli/gate.hpp"
#include "model/kernel/program.hpp"
#include "traces/files.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;

// "I: do_wait/scan" without who does it.
std::string without_actor(const std::string& label) {
  const std::size_t colon = label.find(": ");
  return colon == std::string::npos ? label : label.substr(colon + 2);
}

// What follows `before` in the line, up to the end of a C identifier; empty if it does not begin
// so.
std::string identifier_after(std::string_view line, std::string_view before) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (line.substr(0, before.size()) != before) return {};
  line.remove_prefix(before.size());
  const auto end = std::find_if_not(line.begin(), line.end(), [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
  return std::string(line.begin(), end);
}

}  // namespace

Places::Places(const fs::path& tree) {
  const char* home = std::getenv("NSMC_HOME");
  const fs::path folder = fs::path(home != nullptr ? home : NSMC_SOURCE_DIR) / "model/kernel";
  std::error_code error;
  std::set<fs::path> headers;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".hpp") headers.insert(entry.path());
  for (const fs::path& header : headers) {
    const std::string uri = fs::proximate(header, tree, error).generic_string();
    if (error || uri.rfind("..", 0) == 0 || fs::path(uri).is_absolute()) return;
    const std::string text = traces::read_file(header.string());
    std::string function;
    int number = 0;
    for (std::size_t begin = 0; begin < text.size(); ++number) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      begin = end + 1;
      if (const std::string name = identifier_after(line, "struct "); !name.empty())
        function = name;
      // The code of the step, or, for one that is a function of another name, its row.
      std::string step = identifier_after(line, "static Next ");
      const bool is_code = !step.empty();
      if (!is_code) step = identifier_after(line, "{\"");
      if (step.empty()) continue;
      const traces::GatePlace place{uri, number + 1};
      if (is_code)
        steps_.insert_or_assign(function + "/" + step, place);
      else
        steps_.emplace(function + "/" + step, place);
    }
  }
}

traces::GatePlace Places::of(const std::string& label, const traces::Scenario& s,
                             const traces::GatePlace& scenario) const {
  const std::string what = without_actor(label);
  if (const auto step = steps_.find(what); step != steps_.end()) return step->second;
  const std::string who = label.substr(0, label.size() - what.size());
  for (const traces::Program& program : s.programs) {
    if (program.label.text + ": " != who) continue;
    for (traces::Call call : program.calls) {
      const int line = call.at.line;
      call.binds.clear();
      if (traces::to_text(call) == what) return {scenario.uri, line};
    }
  }
  return scenario;
}

std::string Places::kernel_file(const std::string& label) {
  const std::string what = without_actor(label);
  for (const kernel::NumberedStep& step : kernel::all_steps())
    if (!step.function.empty() &&
        what == std::string(step.function) + "/" + std::string(step.row.name))
      return std::string(step.file);
  return {};
}

}  // namespace nsmc::cli
