// Running a proof: units of work on threads, and the memory of proofs that are done.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "checker/certify/write.hpp"
#include "checker/cli/program.hpp"
#include "checker/cli/progress.hpp"
#include "checker/cli/prove.hpp"
#include "checker/cli/theory.hpp"
#include "checker/symbolic/smtlib.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"
#include "traces/files.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;
using symbolic::Obligation;
using symbolic::Status;

constexpr std::size_t kFailuresPerClaim = 3;

kernel::Config config_of(const ProveOptions& o) {
  kernel::Config config;
  const kernel::Kernel* found = kernel::find_kernel(o.kernel);
  if (found == nullptr)
    throw std::invalid_argument("unknown kernel `" + o.kernel + "`; see `nsmc list kernels`");
  config.changes = found->changes;
  if (o.defect.empty()) return config;
  const kernel::DefectRow* defect = kernel::find_defect(o.defect);
  if (defect == nullptr)
    throw std::invalid_argument("unknown defect `" + o.defect + "`; see `nsmc list defects`");
  config.defect = defect->defect;
  return config;
}

// The claim that an obligation counts for: use of what is not allocated is one claim.
std::string claim_of(const Obligation& o, const symbolic::StepResult& unit,
                     const std::map<std::string, std::size_t>& known) {
  if (o.what == Obligation::What::excludes) return "no-misuse";
  if (known.count(o.claim) != 0) return o.claim;
  return known.count(unit.step) != 0 ? unit.step : "every-path";
}

std::string sentence_of(const Obligation& o) {
  const std::string where = o.step + ", path " + std::to_string(o.path);
  switch (o.what) {
    case Obligation::What::preserves:
      return o.claim + " is still true after " + where;
    case Obligation::What::initially:
      return o.claim + " is true in the first state";
    case Obligation::What::excludes:
      return "no " + o.claim + " in " + where;
    case Obligation::What::claims:
      return o.claim + ": " + where;
    case Obligation::What::covers:
      return "a branch of " + where + " cannot be taken";
    case Obligation::What::witness:
      return where + " can be taken: the hypotheses do not contradict each other";
  }
  return where;
}

// One proof, shared by its threads.
class Proof {
 public:
  explicit Proof(const ProveOptions& options) : o_(options), config_(config_of(options)) {}

  ProofResult run() {
    const auto began = std::chrono::steady_clock::now();
    std::size_t jobs = o_.jobs > 0 ? o_.jobs : std::thread::hardware_concurrency();
    jobs = std::max<std::size_t>(1, jobs);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
    result_.interrupted = stop_requested();
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return std::move(result_);
  }

 private:
  void work() {
    try {
      ProofUnits units(config_, o_.rlimit);
      {
        const std::lock_guard lock(mutex_);
        begin(units);
      }
      for (std::size_t next = next_++; next < units.size() && !stop_requested(); next = next_++) {
        if (!o_.only.empty() && units.name(next).find(o_.only) == std::string::npos) continue;
        if (o_.first_failure && failed_) break;
        const symbolic::StepResult unit = units.prove(next);
        std::vector<Script> scripts;
        if (!o_.certificate.empty()) scripts = scripts_of(unit, units);
        const std::lock_guard lock(mutex_);
        add(unit);
        std::move(scripts.begin(), scripts.end(), std::back_inserter(result_.scripts));
      }
      const std::lock_guard lock(mutex_);
      result_.checks += units.solver().checks();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
      next_ = static_cast<std::size_t>(-1) / 2;
    }
  }

  void begin(const ProofUnits& units) {
    if (!result_.claims.empty()) return;
    for (const Claimed& c : units.claimed()) {
      known_[c.id] = result_.claims.size();
      result_.claims.push_back({c.id, c.says, c.property, c.bug});
    }
    known_["every-path"] = result_.claims.size();
    result_.claims.push_back({"every-path", "Every path of every step was followed.", "", ""});
    for (std::size_t i = 0; i < units.size(); ++i)
      result_.units += o_.only.empty() || units.name(i).find(o_.only) != std::string::npos;
  }

  void add(const symbolic::StepResult& unit) {
    ++result_.units_done;
    result_.paths += static_cast<std::uint64_t>(unit.paths);
    for (const Obligation& o : unit.obligations) {
      if (o.what == Obligation::What::witness) continue;
      ClaimResult& claim = result_.claims[known_.at(claim_of(o, unit, known_))];
      ++claim.obligations;
      ++result_.obligations;
      if (o.status == Status::proved) continue;
      failed_ = failed_ || claim.bug.empty();
      ++(o.status == Status::unknown ? claim.unknown : claim.refuted);
      if (claim.refuted + claim.unknown > kFailuresPerClaim) continue;
      result_.failures.push_back({o.claim, o.step, o.end, claim.bug, o.path,
                                  o.status == Status::unknown, o.counterexample, o.written});
    }
  }

  // What is asked of other solvers: only the hypotheses that a refutation needs.
  std::vector<Script> scripts_of(const symbolic::StepResult& unit, ProofUnits& units) {
    std::vector<Script> scripts;
    for (const Obligation& o : unit.obligations) {
      // A claim that a known bug refutes is there with its counterexample.
      const bool witness = o.what == Obligation::What::witness || o.status == Status::refuted;
      if (o.status == Status::unknown) continue;
      std::vector<symbolic::Term> facts = o.facts;
      facts.insert(facts.end(), o.hypotheses.begin(), o.hypotheses.end());
      if (!witness) {
        const auto core = units.solver().core(facts);
        if (core) facts = *core;
      }
      scripts.push_back(
          {claim_of(o, unit, known_), sentence_of(o), symbolic::to_smtlib(facts), witness});
    }
    return scripts;
  }

  const ProveOptions& o_;
  kernel::Config config_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::map<std::string, std::size_t> known_;
  ProofResult result_;
  std::exception_ptr error_;
};

// --- proofs that are done ------------------------------------------------------------------------

fs::path cache_file(const std::string& kernel) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache == nullptr && home == nullptr) return {};
  const fs::path folder = cache != nullptr ? fs::path(cache) : fs::path(home) / ".cache";
  return folder / "nsmc" / ("proof-" + kernel + "-" + this_program() + ".tsv");
}

bool is_whole(const ProveOptions& o) { return o.only.empty() && o.defect.empty(); }

// Only a complete proof without a failure is kept: nothing else would be believed.
void remember(const ProofResult& result, const ProveOptions& o) {
  const fs::path file = cache_file(o.kernel);
  if (file.empty() || !is_whole(o) || !result.as_expected()) return;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream out(file.string() + ".new");
  for (const ClaimResult& c : result.claims)
    out << c.id << '\t' << c.obligations << '\t' << c.refuted << '\t' << c.property << '\t' << c.bug
        << '\t' << c.says << '\n';
  out << "total\t" << result.obligations << '\t' << result.paths << '\t' << result.checks << '\t'
      << result.units << '\n';
  out.close();
  if (out) fs::rename(file.string() + ".new", file, error);
}

bool recall(const ProveOptions& o, ProofResult& result) {
  const fs::path file = cache_file(o.kernel);
  if (file.empty() || !is_whole(o)) return false;
  std::ifstream in(file);
  ProofResult found;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::vector<std::string> column;
    for (std::string word; std::getline(words, word, '\t');) column.push_back(word);
    if (column.size() < 5) return false;
    if (column[0] == "total") {
      found.obligations = std::stoull(column[1]);
      found.paths = std::stoull(column[2]);
      found.checks = std::stoull(column[3]);
      found.units = std::stoull(column[4]);
      found.units_done = found.units;
      found.from_cache = true;
      result = std::move(found);
      return true;  // it is the last line: the file is whole
    }
    if (column.size() != 6) return false;
    found.claims.push_back({column[0], column[5], column[3], column[4], std::stoull(column[1]),
                            std::stoull(column[2])});
  }
  return false;
}

}  // namespace

std::string verdict_of(const ClaimResult& c) {
  if (c.unknown > 0) return "unknown";
  if (c.refuted > 0) return c.bug.empty() ? "FAILED" : "refuted";
  return c.bug.empty() ? "proved" : "FAILED";  // a known bug that is not seen is a wrong model
}

bool ProofResult::as_expected() const {
  if (interrupted || units == 0 || units_done != units) return false;
  return std::all_of(claims.begin(), claims.end(), [](const ClaimResult& c) {
    const std::string verdict = verdict_of(c);
    return c.obligations == 0 || verdict == "proved" || verdict == "refuted";
  });
}

ProofResult run_proof(const ProveOptions& options) {
  if (!options.certificate.empty() && fs::exists(options.certificate) &&
      !(fs::is_directory(options.certificate) && fs::is_empty(options.certificate)))
    throw traces::FileError(traces::FileErrorKind::cannot_create, "write", options.certificate,
                            "it is there already, and is not an empty folder");
  ProofResult result;
  if (options.use_cache && options.certificate.empty() && recall(options, result)) return result;
  result = Proof(options).run();
  remember(result, options);
  return result;
}

std::vector<std::string> proved_properties(const std::string& kernel) {
  ProofResult result;
  ProveOptions options;
  options.kernel = kernel;
  if (!recall(options, result)) return {};
  std::vector<std::string> properties;
  for (const ClaimResult& c : result.claims)
    if (!c.property.empty() && verdict_of(c) == "proved") properties.push_back(c.property);
  std::sort(properties.begin(), properties.end());
  properties.erase(std::unique(properties.begin(), properties.end()), properties.end());
  return properties;
}

std::string write_certificate(const ProofResult& result, const ProveOptions& options) {
  std::map<std::string, std::string> theorems;
  for (const ClaimResult& c : result.claims) theorems[c.id] = c.says;
  std::vector<certify::Obligation> obligations;
  for (const Script& s : result.scripts)
    obligations.push_back({s.claim, s.sentence, s.text, s.satisfiable});
  try {
    return certify::write(options.certificate, theorems, obligations);
  } catch (const std::runtime_error& error) {
    throw traces::FileError(traces::FileErrorKind::cannot_create, "write", options.certificate,
                            error.what());
  }
}

}  // namespace nsmc::cli
