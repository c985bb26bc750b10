// nsmc certify: what a person types and reads: help, options, messages, the result.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace nsmc::certify {

using Strings = std::vector<std::string>;

inline constexpr const char* kHelp =
    "nsmc certify DIR: have two independent solvers confirm what `nsmc prove` wrote to DIR\n"
    "\n"
    "DIR is accepted if its MANIFEST.tsv lists exactly the files in it, with their SHA-256, if\n"
    "each file asks one question and does nothing else, and if z3 and cvc5 both give the listed\n"
    "answer to each.  A theorem needs all of its obligations, and one that is `unsat`: examples\n"
    "alone (`sat`) prove nothing.\n"
    "\n"
    "This certifies the formulas.  It does not certify that they say what the C++ of the model\n"
    "does: the domain-agreement test of the project compares the two.  And the sums in DIR find\n"
    "accidents, not a forger, who would mend them: compare the sum of the manifest with the one\n"
    "that `nsmc prove` printed, or let --digest do it.\n"
    "\n"
    "  --digest HEX   refuse any MANIFEST.tsv but the one with this SHA-256\n"
    "  --seconds N    how long a solver may take for one file (default: 60)\n"
    "  --jobs N       files at a time (default: one per processor)\n"
    "  --z3 PATH      the solvers to use (default: the ones in PATH)\n"
    "  --cvc5 PATH\n"
    "  --json         print the result as JSON (nsmc-certify/1)\n"
    "  --help         print this\n"
    "\n"
    "Exit codes:\n"
    "   0  both solvers confirm every obligation\n"
    "  12  a solver contradicts one\n"
    "  20  not known: a solver is missing, took too long, crashed, or said something else\n"
    "  65  DIR was tampered with, or is no certificate\n"
    "  64 usage, 66 no such folder, 70 internal error, 74 I/O,\n"
    "  130 interrupted (after printing partial results)\n";

enum ExitCode {
  kCertified = 0,
  kContradicted = 12,
  kUnknown = 20,
  kUsage = 64,
  kBadData = 65,
  kNoInput = 66,
  kInternal = 70,
  kOutput = 74,
  kInterrupted = 130,
};

struct Failure {
  ExitCode code;
  std::string what;
};

// A file name, or what a solver printed, as something fit for a message.
inline std::string quoted(std::string text) {
  if (text.size() > 80) text.replace(76, std::string::npos, " ...");
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return "`" + text + "`";
}

struct Options {
  std::string folder, digest, z3 = "z3", cvc5 = "cvc5";
  std::size_t seconds = 60, jobs = std::max(1U, std::thread::hardware_concurrency());
  bool json = false, help = false;
};

inline Options read_options(const Strings& words) {
  Options options;
  const auto check = [](bool good, const std::string& what) {
    if (!good) throw Failure{kUsage, what + "; see `nsmc certify --help`"};
  };
  const auto number = [&](const std::string& text) {
    check(std::regex_match(text, std::regex("[1-9][0-9]{0,5}")), quoted(text) + " is no number");
    return std::stoul(text);
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool has_value = i + 1 < words.size();
    if (word == "--help")
      options.help = true;
    else if (word == "--json")
      options.json = true;
    else if (word == "--digest" && has_value)
      options.digest = words[++i];
    else if (word == "--seconds" && has_value)
      options.seconds = number(words[++i]);
    else if (word == "--jobs" && has_value)
      options.jobs = number(words[++i]);
    else if (word == "--z3" && has_value)
      options.z3 = words[++i];
    else if (word == "--cvc5" && has_value)
      options.cvc5 = words[++i];
    else {
      check(!word.starts_with("-") && options.folder.empty(), "no use for " + quoted(word));
      options.folder = word;
    }
  }
  check(options.help || !options.folder.empty(), "no folder is named");
  check(options.digest.empty() || std::regex_match(options.digest, std::regex("[0-9a-f]{64}")),
        "--digest takes 64 hexadecimal digits, in lower case");
  return options;
}

enum Verdict { certified, unknown, contradicted };  // a whole has the worst of its parts
inline constexpr std::array<const char*, 3> kVerdicts = {"certified", "unknown", "contradicted"};

struct Theorem {
  std::string id, sentence;
  std::string place;  // where the manifest has it
  std::size_t size;   // in obligations
  Verdict verdict = certified;
};

struct Obligation {
  std::string file, sha256, expected, theorem, sentence;
  std::string place;
  Verdict verdict = unknown;
  std::array<std::string, 2> said{"was not asked", "was not asked"};  // z3, cvc5
};

struct Certificate {
  std::string sha256;  // of the manifest
  std::vector<Theorem> theorems;
  std::vector<Obligation> obligations;
};

struct Result {
  Certificate certificate;
  std::array<std::string, 2> versions;  // z3, cvc5
  Verdict verdict;
  bool interrupted;
  std::string seconds;
};

inline std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

inline std::string count(std::size_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

// One line per theorem, two for each obligation that fails, one about all of it.
inline std::string as_text(const Result& r, bool colour) {
  std::string text;
  std::size_t id_width = 0;
  std::size_t count_width = 0;
  for (const Theorem& t : r.certificate.theorems) {
    id_width = std::max(id_width, t.id.size());
    count_width = std::max(count_width, count(t.size, "obligation").size());
  }
  for (const Theorem& t : r.certificate.theorems) {
    const std::string word = t.verdict == certified ? "certified    " : "NOT certified";
    const std::string size = count(t.size, "obligation");
    text += colour ? (t.verdict == certified ? "\33[32m" : "\33[31m") + word + "\33[m" : word;
    text += "  " + t.id + std::string(id_width - t.id.size() + 2, ' ');
    text += size + std::string(count_width - size.size() + 2, ' ') + t.sentence + "\n";
    for (const Obligation& o : r.certificate.obligations)
      if (o.theorem == t.id && o.verdict != certified)
        text += "    " + o.file + ": " + o.sentence + "\n        " + kVerdicts[o.verdict] +
                ": expected `" + o.expected + "`; z3 " + o.said[0] + "; cvc5 " + o.said[1] + "\n";
  }
  // `12 theorems`, or `11 of 12 theorems`
  const auto confirmed = [](const auto& parts, const std::string& noun) {
    const auto good = static_cast<std::size_t>(std::count_if(
        parts.begin(), parts.end(), [](const auto& part) { return part.verdict == certified; }));
    const std::string all = count(parts.size(), noun);
    return good == parts.size() ? all : grouped(good) + " of " + all;
  };
  text += r.interrupted ? "interrupted; " : "";
  text += r.verdict == certified ? "" : "NOT certified: ";
  return text + confirmed(r.certificate.theorems, "theorem") + ", " +
         confirmed(r.certificate.obligations, "obligation") + ", each confirmed by z3 " +
         r.versions[0] + " and cvc5 " + r.versions[1] + " in " + r.seconds +
         " s; manifest sha256 " + r.certificate.sha256 + "\n";
}

// "name": "text".  All text in a result is printable: there are no control characters to escape.
inline std::string json(const std::string& name, const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return "\"" + name + "\": \"" + escaped + "\"";
}

inline std::string as_json(const Result& r) {
  std::string theorems;
  std::string failing;
  for (const Theorem& t : r.certificate.theorems)
    theorems += (theorems.empty() ? "\n  {" : ",\n  {") + json("id", t.id) + ", " +
                json("verdict", kVerdicts[t.verdict]) +
                ", \"obligations\": " + std::to_string(t.size) + ", " +
                json("sentence", t.sentence) + "}";
  for (const Obligation& o : r.certificate.obligations)
    if (o.verdict != certified)
      failing += (failing.empty() ? "\n  {" : ",\n  {") + json("file", o.file) + ", " +
                 json("theorem", o.theorem) + ", " + json("verdict", kVerdicts[o.verdict]) + ", " +
                 json("expected", o.expected) + ", " + json("z3", o.said[0]) + ", " +
                 json("cvc5", o.said[1]) + ", " + json("sentence", o.sentence) + "}";
  return "{" + json("format", "nsmc-certify/1") + ",\n " + json("verdict", kVerdicts[r.verdict]) +
         ",\n \"interrupted\": " + (r.interrupted ? "true" : "false") +
         ",\n \"seconds\": " + r.seconds + ",\n " + json("manifest_sha256", r.certificate.sha256) +
         ",\n " + json("z3", r.versions[0]) + ",\n " + json("cvc5", r.versions[1]) +
         ",\n \"theorems\": [" + theorems + "],\n \"failing\": [" + failing + "]}\n";
}

}  // namespace nsmc::certify
