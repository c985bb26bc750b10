// A report as one page: the parts of page.html filled in, and a policy that forbids all else.
// SPDX-License-Identifier: MIT
#include <map>
#include <nlohmann/json.hpp>

#include "traces/report/page.hpp"
#include "traces/report/report.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::size_t kRowsMax = 300;  // of the table for those who have no JavaScript

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A source of a policy is written in base64.
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : hex) {
    bits = bits << 4U | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    count += 4;
    if (count < 6) continue;
    count -= 6;
    out += kDigits[bits >> count & 63U];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string policy() {
  return "default-src 'none'; script-src 'sha256-" + base64_of_hex(page::kScriptSha256) +
         "'; style-src 'sha256-" + base64_of_hex(page::kStyleSha256) +
         "'; base-uri 'none'; form-action 'none'";
}

// Without JavaScript: the steps and what they change, as many as one would read.
std::string table(const Trace& trace) {
  std::string rows;
  const std::size_t end = std::min(trace.steps.size(), kRowsMax + 1);
  for (std::size_t k = 1; k < end; ++k) {
    const TraceStep& step = trace.steps[k];
    std::string changes;
    for (const FieldLine& line : field_lines(trace, k, false))
      if (line.changed)
        changes += (changes.empty() ? "" : "; ") + line.name + " " + line.was + " -> " + line.is;
    rows += "<tr><td>" + std::to_string(k) + "<td>" + escaped(step.actor) + "<td>" +
            escaped(step.action) + "<td>" + escaped(changes) + "\n";
  }
  if (end < trace.steps.size())
    rows += "<tr><td colspan=4>and " + thousands(trace.steps.size() - end) + " more steps\n";
  return rows;
}

// Line by line: a line's end is markup, and the rest is text.
std::string escaped_lines(std::string_view text) {
  std::string out;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    out += escaped(text.substr(0, end)) + "<br>";
    text.remove_prefix(end + 1);
  }
  return out + escaped(text);
}

std::string of_meta(const Trace& trace, const char* key) {
  const auto found = trace.meta.find(key);
  return found == trace.meta.end() ? std::string{} : found->second;
}

}  // namespace

std::string to_html(const Report& report) {
  const Trace& trace = report.trace;
  std::string about = "kernel " + of_meta(trace, "kernel") + " · " + length_text(trace) + " · " +
                      of_meta(trace, "config") + " · nsmc " + of_meta(trace, "version");
  const std::string heading = title(trace).empty() ? "A run" : title(trace);
  const std::map<std::string_view, std::string> parts = {
      {"policy", policy()},
      {"style", std::string(page::kStyle)},
      {"script", std::string(page::kScript)},
      {"data", to_page_json(report)},
      {"title", escaped(heading)},
      {"reason", escaped_lines(reason(trace))},
      {"about", escaped(about)},
      {"repeat", escaped(of_meta(trace, "replay"))},
      {"table", table(trace)}};
  // In one pass, so that nothing in the data is taken for the name of a part.
  std::string out;
  std::string_view rest = page::kHtml;
  for (std::size_t open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
    out += rest.substr(0, open);
    const std::size_t close = rest.find("}}", open);
    out += parts.at(rest.substr(open + 2, close - open - 2));
    rest.remove_prefix(close + 2);
  }
  return out + std::string(rest);
}

}  // namespace nsmc::traces
