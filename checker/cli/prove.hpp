// The result of a proof: what each claim came to, and the obligations that did not hold.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/cli/commands.hpp"
#include "checker/symbolic/obligation.hpp"

namespace nsmc::cli {

// A lemma or contract, in all steps together.
struct ClaimResult {
  std::string id, says, property;
  std::string bug;  // of this kernel, that is known to refute it
  std::uint64_t obligations = 0, refuted = 0, unknown = 0;
  bool whole = false;  // every unit that could say something of it was looked at
};

// An obligation that is not proved, as text: terms do not leave their thread.
struct Failure {
  std::string claim, step, end, bug;
  int path = 0;
  bool unknown = false;
  std::vector<symbolic::Value> before, written;
};

// What has to be unsatisfiable, as a solver reads it.
struct Script {
  std::string claim, sentence, text;
  bool satisfiable = false;  // a witness: this is to be satisfiable
};

struct ProofResult {
  std::vector<ClaimResult> claims;
  std::vector<Failure> failures;  // at most a few per claim
  std::vector<Script> scripts;    // if a certificate is wanted
  std::uint64_t obligations = 0, paths = 0, checks = 0;
  std::size_t units = 0, units_done = 0;
  double seconds = 0;
  bool interrupted = false, from_cache = false;

  // Whether every unit was looked at and each claim came to what is known of this kernel.
  bool as_expected() const;
};

// proved, refuted (by a known bug), FAILED, or unknown; partly: nothing was against it in the units
// that were looked at (--only, an interrupted proof), and there are more.
std::string verdict_of(const ClaimResult& claim);

struct ProveOptions {
  std::string kernel = kSeedKernel;
  std::string defect;       // a seeded defect, to see a proof fail
  std::string only;         // steps and contracts whose names contain this
  std::string certificate;  // folder to write
  std::size_t jobs = 0;     // 0: one per processor
  std::uint32_t rlimit = 50'000'000;
  bool json = false, use_cache = true, first_failure = false;
};

// Proves everything; throws std::invalid_argument for unknown names.
ProofResult run_proof(const ProveOptions& options);
int prove(const ProveOptions& options);

// The verdicts of the last complete proof of this very program, by property of the catalogue; empty
// if there is none.
std::vector<std::string> proved_properties(const std::string& kernel);

// Writes the folder that `nsmc certify` checks; returns the sha256 of its manifest.
std::string write_certificate(const ProofResult& result, const ProveOptions& options);

}  // namespace nsmc::cli
