// What is to be proved of the kernel, bound to the engine that proves: units of work.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checker/symbolic/theory.hpp"
#include "model/kernel/config.hpp"

namespace nsmc::cli {

// A lemma or a contract as the report names it.
struct Claimed {
  std::string id, says, property;
  std::string bug = {};  // a bug of this kernel that refutes it
};

// What "proved" leaves out of a row of the catalogue; empty: nothing.
std::string proved_for(const std::string& property);

// Everything that can be proved on its own: a step of the induction, the first state, a contract.
class ProofUnits {
 public:
  // The Config's fixes and defect are those of the kernel; its sizes are replaced by real ones.
  // Terms belong to a thread: each thread has its own.
  explicit ProofUnits(const kernel::Config& kernel, std::uint32_t rlimit);
  ~ProofUnits();
  ProofUnits(const ProofUnits&) = delete;
  ProofUnits& operator=(const ProofUnits&) = delete;

  std::size_t size() const;
  std::string name(std::size_t unit) const;
  symbolic::StepResult prove(std::size_t unit);
  symbolic::Solver& solver();

  // What the obligations speak of, in the order of the catalogue.
  const std::vector<Claimed>& claimed() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nsmc::cli
