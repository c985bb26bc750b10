// nsmc certify: accepts a folder of formulas only if two independent solvers confirm every one.
// SPDX-License-Identifier: MIT
//
// This is what a user has to trust of a proof: this file decides (terminal.hpp only talks), and it
// shares nothing with the rest of nsmc.  A certificate passes through, in this order,
//   read_manifest   what the folder claims: theorems, and the obligations that add up to each
//   check_folder    the folder holds exactly the listed files, byte for byte
//   check_script    a file asks its solver one question, and cannot print an answer by itself
//   run             starts z3 or cvc5 on a file, as a process that may be killed
//   confirm         of its answers only the exact expected word, and exit status 0, count
//
// A solver says `sat` if some choice of values makes all assertions of a file true, and `unsat` if
// none does.  A theorem is proved by asserting its opposite and being told `unsat`; a `sat` shows
// that the assumptions can be met at all.
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "checker/certify/terminal.hpp"

namespace nsmc::certify {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Failure{kBadData, "refused: " + where + " " + what};
}

// ------------------------------------------------------------------------------------- text

Strings split(const std::string& text, char separator) {
  Strings parts(1);
  for (const char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

// UTF-8 without control characters, which a terminal might obey; tabs separate the fields.
bool is_printable(const std::string& text) {
  std::wstring wide(text.size(), L'\0');
  const std::size_t length = std::mbstowcs(wide.data(), text.c_str(), wide.size());
  if (length > wide.size() || text.find('\0') != std::string::npos) return false;
  return std::all_of(
      wide.begin(), wide.begin() + static_cast<std::ptrdiff_t>(length),
      [](wchar_t c) { return c == L'\t' || std::iswprint(static_cast<wint_t>(c)) != 0; });
}

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), &length, EVP_sha256(), nullptr) != 1)
    throw Failure{kInternal, "libcrypto cannot compute SHA-256"};
  std::string hex;
  for (unsigned digit = 0; digit < 2 * length; ++digit)
    hex += "0123456789abcdef"[(sum[digit / 2] >> (digit % 2 == 0 ? 4 : 0)) & 15];
  return hex;
}

std::string read_file(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) throw Failure{kNoInput, "cannot read " + quoted(name)};
  return bytes;
}

// -------------------------------------------------------------------------- the certificate

// Every theorem has all obligations that add up to it, and one at least that can prove something.
void check_sums(const Certificate& certificate) {
  std::map<std::string, std::size_t> parts;   // of each theorem
  std::map<std::string, std::size_t> proofs;  // those of them that are `unsat`
  for (const Theorem& t : certificate.theorems) parts[t.id] = 0;
  for (const Obligation& o : certificate.obligations) {
    if (!parts.contains(o.theorem)) refuse(o.place, "is of no theorem");
    ++parts[o.theorem];
    if (o.expected == "unsat") ++proofs[o.theorem];
  }
  if (parts.empty()) refuse("MANIFEST.tsv", "has no theorem");
  for (const Theorem& t : certificate.theorems) {
    if (parts[t.id] != t.size)
      refuse(t.place, "needs " + count(t.size, "obligation") + ", not " + grouped(parts[t.id]));
    if (proofs[t.id] == 0) refuse(t.place, "has no `unsat` obligation: nothing would be proved");
  }
}

Certificate read_manifest(const std::string& text) {
  static const std::regex theorem_line("theorem\t([^\t]+)\t([1-9][0-9]{0,7})\t([^\t]+)");
  static const std::regex obligation_line(
      "obligation\t((?!/|[^\t]*\\.\\.)[A-Za-z0-9._/-]+)\t([0-9a-f]{64})\t(sat|unsat)"
      "\t([^\t]+)\t([^\t]+)");
  Certificate certificate{sha256(text), {}, {}};
  Strings lines = split(text, '\n');
  const auto place = [](std::size_t line) { return "MANIFEST.tsv:" + std::to_string(line); };
  if (lines[0] != "nsmc-certificate/1") refuse(place(1), "is not `nsmc-certificate/1`");
  if (!lines.back().empty()) refuse(place(lines.size()), "does not end: cut short?");
  lines.pop_back();
  const std::string body = text.substr(0, text.size() - lines.back().size() - 1);
  if (lines.back() != "digest\t" + sha256(body))
    refuse(place(lines.size()), "is not the digest of the lines before it");

  std::set<std::string> files;
  std::set<std::string> theorems;
  for (std::size_t number = 2; number < lines.size(); ++number) {
    const std::string& line = lines[number - 1];
    std::smatch field;
    if (line.size() > 4096 || !is_printable(line))
      refuse(place(number), "is too long, or not printable UTF-8");
    if (std::regex_match(line, field, theorem_line)) {
      if (!theorems.insert(field[1]).second) refuse(place(number), "repeats a theorem");
      certificate.theorems.push_back({field[1], field[3], place(number), std::stoul(field[2])});
    } else if (std::regex_match(line, field, obligation_line)) {
      if (!files.insert(field[1]).second) refuse(place(number), "repeats a file");
      certificate.obligations.push_back(
          {field[1], field[2], field[3], field[4], field[5], place(number)});
    } else {
      refuse(place(number), "is neither a theorem nor an obligation");
    }
  }
  check_sums(certificate);
  return certificate;
}

// Takes the next word of a formula file off `rest`: a parenthesis, a |symbol| or "string" with its
// quotation marks, or whatever is between.  Empty at the end.
std::string_view next_word(const std::string& file, std::string_view& rest) {
  while (!rest.empty() && std::string_view(" \n\t;").find(rest[0]) != std::string_view::npos)
    rest.remove_prefix(rest[0] == ';' ? std::min(rest.find('\n'), rest.size()) : 1);
  if (rest.empty()) return rest;
  std::size_t length = 1;
  if (rest[0] == '|' || rest[0] == '"') {
    length = rest.find(rest[0], 1) + 1;
    if (length == 0) refuse(file, "has a quotation without an end");
  } else if (rest[0] != '(' && rest[0] != ')') {
    length = std::min(rest.find_first_of(" \n\t();|\""), rest.size());
    if (length < rest.size() && (rest[length] == '|' || rest[length] == '"'))
      refuse(file, "has a quotation mark inside a word");  // z3 takes #| for a comment
  }
  const std::string_view word = rest.substr(0, length);
  rest.remove_prefix(length);
  return word;
}

// Takes the rest of a command off `rest`; returns how many words that were, with the last `)`.
std::size_t skip_command(const std::string& file, std::string_view& rest) {
  std::size_t words = 0;
  for (std::size_t depth = 1; depth > 0; ++words) {
    const std::string_view word = next_word(file, rest);
    if (word.empty()) refuse(file, "ends inside of a parenthesis");
    if (word == "(") ++depth;
    if (word == ")") --depth;
  }
  return words;
}

// A file could answer instead of the solver: (echo "unsat") prints what it likes, a second
// (check-sat) or a (push) asks of other formulas than a reader sees, (include ...) brings in
// anything.  So only commands that declare and assert are let through, spelled without quotation
// marks (z3 obeys |echo|), and one (check-sat), at the end.  Characters on which solvers differ
// are refused: a backslash (may escape a quotation mark), a carriage return (may end a comment).
void check_script(const std::string& file, std::string_view rest) {
  static const std::set<std::string> allowed = {"set-logic",     "set-info",     "declare-fun",
                                                "declare-const", "declare-sort", "define-fun",
                                                "assert",        "check-sat",    "exit"};
  for (const char c : rest)
    if ((c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\177' || c == '\\')
      refuse(file, "has a character that solvers may read differently");
  std::string before;  // the previous command
  for (std::string_view word; !(word = next_word(file, rest)).empty();) {
    const std::string command(word == "(" ? next_word(file, rest) : word);
    if (word != "(" || !allowed.contains(command))
      refuse(file,
             "has " + quoted(command) + ", where only commands that declare or assert may be");
    if (before == "exit" || (before == "check-sat") != (command == "exit"))
      refuse(file, "has " + quoted(command) + " after " + quoted(before));
    const std::size_t words = skip_command(file, rest);
    if ((command == "check-sat" || command == "exit") && words != 1)
      refuse(file, "has a (" + command + ") of something");
    before = command;
  }
  if (before != "check-sat" && before != "exit") refuse(file, "has no (check-sat)");
}

// The current directory holds what is listed, and nothing else.
void check_folder(const Certificate& certificate) {
  std::set<std::string> present;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(".")) {
    const std::string name = entry.path().lexically_relative(".");
    const fs::file_type type = entry.symlink_status().type();
    if (type == fs::file_type::regular)
      present.insert(name);
    else if (type != fs::file_type::directory)
      refuse(quoted(name), "is not a regular file");
  }
  present.erase("MANIFEST.tsv");
  for (const Obligation& o : certificate.obligations) {
    if (present.erase(o.file) == 0) refuse(o.file, "is missing; it is listed in " + o.place);
    const std::string text = read_file(o.file);
    if (sha256(text) != o.sha256) refuse(o.file, "is not the file listed in " + o.place);
    check_script(o.file, text);
  }
  if (!present.empty()) refuse(quoted(*present.begin()), "is not listed in MANIFEST.tsv");
}

// ------------------------------------------------------------------------------ the solvers

std::atomic<bool> stop = false;  // Ctrl-C

// What came of a process.
struct Outcome {
  std::string printed;  // without the blanks around it
  std::string trouble;  // none: it ended by itself, with exit status 0
};

// Starts a program, with its standard output to a pipe; -1 if that cannot be.
pid_t start(Strings command, int output) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  setpgid(0, 0);  // to be killed with whatever it starts
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(null, 2) == 2)
    execv(words[0], words.data());
  _exit(127);
}

// What is wrong with the way in which a process has ended; empty if nothing.
std::string trouble_of(int status) {
  if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status));
  return status == 0 ? "" : "exited with " + std::to_string(WEXITSTATUS(status));
}

// Runs a program to its end, or until it took too long, or until Ctrl-C.
Outcome run(const Strings& command, std::size_t seconds) {
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {"", "could not be started"};
  const pid_t child = start(command, ends[1]);
  close(ends[1]);
  if (child < 0) return close(ends[0]), Outcome{"", "could not be started"};
  Outcome outcome;
  int status = 0;
  // Over once it has closed its output and ended; poll() does not tell of the end.
  for (bool open = true; outcome.trouble.empty();) {
    pollfd output{open ? ends[0] : -1, POLLIN, 0};
    if (poll(&output, 1, open ? 50 : 1) > 0) {
      std::array<char, 4096> bytes{};
      const ssize_t got = read(ends[0], bytes.data(), bytes.size());
      outcome.printed.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      open = got != 0;
    }
    if (!open && waitpid(child, &status, WNOHANG) == child) break;
    if (outcome.printed.size() > 65536) outcome.trouble = "printed too much";
    if (Clock::now() > deadline) outcome.trouble = "took over " + std::to_string(seconds) + " s";
    if (stop) outcome.trouble = "was interrupted";
  }
  close(ends[0]);
  if (outcome.trouble.empty()) {
    outcome.trouble = trouble_of(status);
  } else {
    kill(-child, SIGKILL);
    kill(child, SIGKILL);  // in case it has not come to its setpgid() yet
    waitpid(child, nullptr, 0);
  }
  outcome.printed.erase(outcome.printed.find_last_not_of(" \t\r\n") + 1);
  outcome.printed.erase(0, outcome.printed.find_first_not_of(" \t\r\n"));
  return outcome;
}

struct Solver {
  std::string name;
  std::string path;      // empty: there is none
  Strings arguments;     // before the file
  std::string greeting;  // what --version prints before the version
  std::string version = "(none)";
  std::string trouble{};  // why it cannot be asked
};
using Solvers = std::array<Solver, 2>;

// Asks who it is, so that one solver under two names does not count twice.
void introduce(Solver& solver, std::size_t seconds) {
  const auto [printed, trouble] = run({solver.path, "--version"}, seconds);
  const std::string line = printed.substr(0, std::min<std::size_t>(printed.find('\n'), 200));
  std::smatch found;
  if (solver.path.empty())
    solver.trouble = "was not found (on Debian: apt install " + solver.name + ")";
  else if (std::regex_match(line, found, std::regex(solver.greeting + "([A-Za-z0-9.+-]+).*")))
    solver.version = found[1];
  else
    solver.trouble = "does not tell its version, so that it may be anything";
}

// Has the solvers answer one obligation.  Only what both confirm is certified.
void confirm(Obligation& o, const Solvers& solvers, std::size_t seconds) {
  Verdict worst = certified;
  for (std::size_t i = 0; i < solvers.size(); ++i) {
    Strings command{solvers[i].path};
    command.insert(command.end(), solvers[i].arguments.begin(), solvers[i].arguments.end());
    command.push_back("./" + o.file);
    const auto [printed, trouble] =
        solvers[i].trouble.empty() ? run(command, seconds) : Outcome{"", solvers[i].trouble};
    Verdict verdict = unknown;
    if (printed == o.expected && trouble.empty()) verdict = certified;
    if (printed == (o.expected == "sat" ? "unsat" : "sat")) verdict = contradicted;
    worst = std::max(worst, verdict);
    o.said[i] = printed.empty() && !trouble.empty() ? trouble : "said " + quoted(printed);
    if (!printed.empty() && !trouble.empty()) o.said[i] += ", but " + trouble;
  }
  o.verdict = worst;
}

// Has them answer all, `jobs` at a time; returns the worst verdict.
Verdict confirm_all(Certificate& certificate, const Solvers& solvers, std::size_t jobs,
                    std::size_t seconds) {
  std::vector<Obligation>& all = certificate.obligations;
  const auto since = Clock::now();
  const bool watched = isatty(STDERR_FILENO) == 1;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i; !stop && (i = next++) < all.size();) {
      const std::string progress = "\r" + grouped(i) + " of " + count(all.size(), "file");
      if (watched && Clock::now() > since + std::chrono::seconds(1))
        std::fputs(progress.c_str(), stderr);
      confirm(all[i], solvers, seconds);
    }
  };
  {
    std::vector<std::jthread> workers;  // joined at the end of this block
    while (workers.size() < std::min(jobs, all.size())) workers.emplace_back(work);
  }
  if (watched) std::fputs("\r\33[K", stderr);
  Verdict worst = certified;
  for (const Obligation& o : all) {
    worst = std::max(worst, o.verdict);
    for (Theorem& t : certificate.theorems)
      if (t.id == o.theorem) t.verdict = std::max(t.verdict, o.verdict);
  }
  return worst;
}

// ------------------------------------------------------------------------------ the command

// An absolute path, found before the certificate becomes the current directory: no file in there
// can pass for a solver.  Empty if there is none.
std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  const bool searched = name.find('/') == std::string::npos && path != nullptr;
  for (const std::string& folder : searched ? split(path, ':') : Strings{"."}) {
    const fs::path program = fs::absolute(fs::path(folder) / name);
    if (fs::is_regular_file(program) && access(program.c_str(), X_OK) == 0) return program;
  }
  return "";
}

ExitCode certify(const Options& options) {
  if (options.help) return std::fputs(kHelp, stdout), kCertified;
  Solvers solvers = {
      Solver{"z3", find_program(options.z3), {"-smt2"}, "Z3 version "},
      Solver{"cvc5", find_program(options.cvc5), {"--lang", "smt2"}, "This is cvc5 version "}};
  std::error_code error;
  fs::current_path(options.folder, error);
  if (error) throw Failure{kNoInput, quoted(options.folder) + ": " + error.message()};
  if (!fs::is_regular_file(fs::symlink_status("MANIFEST.tsv")))
    refuse("MANIFEST.tsv", "is missing, or no regular file");
  const std::string manifest = read_file("MANIFEST.tsv");
  if (!options.digest.empty() && options.digest != sha256(manifest))
    refuse("MANIFEST.tsv", "has SHA-256 " + sha256(manifest) + ", not that of --digest");
  Certificate certificate = read_manifest(manifest);
  check_folder(certificate);

  const auto since = Clock::now();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, [](int) { stop = true; });
  for (Solver& solver : solvers) introduce(solver, options.seconds);
  const Verdict verdict = confirm_all(certificate, solvers, options.jobs, options.seconds);
  check_folder(certificate);  // nobody changed it meanwhile
  std::string seconds = std::to_string(std::chrono::duration<double>(Clock::now() - since).count());
  seconds.resize(seconds.find('.') + 2);

  const Result result{
      certificate, {solvers[0].version, solvers[1].version}, verdict, stop, seconds};
  const char* no_colour = std::getenv("NO_COLOR");
  const bool colour = isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
  std::fputs((options.json ? as_json(result) : as_text(result, colour)).c_str(), stdout);
  if (stop) return kInterrupted;
  constexpr std::array<ExitCode, 3> codes = {kCertified, kUnknown, kContradicted};
  return codes[verdict];
}

int fail(ExitCode code, const std::string& what) {
  std::fputs(("nsmc certify: " + what + "\n").c_str(), stderr);
  return code;
}

// Every error is one message and one exit code.
int guarded(const Strings& arguments) {
  try {
    const ExitCode code = certify(read_options(arguments));
    return std::fflush(stdout) == 0 ? code : fail(kOutput, "cannot write the output");
  } catch (const Failure& failure) {
    return fail(failure.code, failure.what);
  } catch (const fs::filesystem_error& error) {
    return fail(kNoInput, error.what());
  } catch (const std::exception& error) {
    return fail(kInternal, std::string("internal error: ") + error.what());
  }
}

}  // namespace
}  // namespace nsmc::certify

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // for is_printable()
  return nsmc::certify::guarded({argv + 1, argv + argc});
}
