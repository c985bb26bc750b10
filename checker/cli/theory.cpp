// The lemmas and contracts of props/, instantiated over terms.
// SPDX-License-Identifier: MIT
#include "checker/cli/theory.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "checker/cli/kernel_on_terms.hpp"
#include "checker/symbolic/claims.hpp"
#include "checker/symbolic/induction.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/pidns.hpp"
#include "props/induction/contracts.hpp"
#include "props/induction/induction.hpp"

namespace nsmc::cli {
namespace {

using symbolic::Kind;
using KernelClaims = symbolic::Claims<Terms>;
using props::Sort;

// The numbers of Sort are those of the kinds.
static_assert(static_cast<Kind>(Sort::task) == KernelOnTerms::kTasks &&
              static_cast<Kind>(Sort::ns) == KernelOnTerms::kNamespaces &&
              static_cast<Kind>(Sort::pid) == KernelOnTerms::kPids &&
              static_cast<Kind>(Sort::nsproxy) == KernelOnTerms::kNsproxies &&
              static_cast<Kind>(Sort::cache) == KernelOnTerms::kCaches &&
              static_cast<Kind>(Sort::context) == KernelOnTerms::kContexts &&
              static_cast<Kind>(Sort::level) == KernelOnTerms::kLevel &&
              static_cast<Kind>(Sort::nr) == KernelOnTerms::kNumber);

// kernel/pid.c on a 64-bit machine with 4 KiB pages.
kernel::Config with_real_sizes(kernel::Config config) {
  config.bits_per_page = 8 * 4096;
  config.pid_max = 4 * 1024 * 1024;  // PID_MAX_LIMIT
  config.reserved_pids = 300;
  return config;
}

// Any call with any argument, at any time.
kernel::Userland anybody() {
  using kernel::Syscall;
  kernel::Userland user;
  for (const Syscall call :
       {Syscall::clone, Syscall::exit, Syscall::exit_group, Syscall::wait4, Syscall::kill,
        Syscall::signal, Syscall::fcntl_setown, Syscall::drop_capabilities, Syscall::readdir_proc})
    user.free_calls.push_back({.syscall = call, .argument = kernel::kAnyArgument});
  return user;
}

// The state in which the kernel starts, as Pidns makes it: with the global init alone.  Everything
// that is not in these cells is 0.
class FirstState {
 public:
  FirstState() {
    const kernel::Pidns system(kernel::Config{}, anybody());
    const kernel::Pidns::State state = system.initial().front();
    std::vector<int> values;
    kernel::Pidns::State::each_field(state, [&](const char*, int, const char*, const auto& field) {
      if constexpr (requires { field.slot(); })
        values.push_back(field.slot());
      else
        values.push_back(field.value());
    });
    std::size_t at = 0;
    const symbolic::FieldTable& table = Terms::table(symbolic::World::heap);
    const symbolic::Space space(table, symbolic::any_value);
    Terms::State::each_field(
        Terms::places(symbolic::World::heap), [&](const auto&, int, const char*, auto& field) {
          using Field = std::remove_cvref_t<decltype(field)>;
          const int value = values[at++];
          const symbolic::FieldInfo& info = table.fields[field.number];
          if constexpr (requires { Field::kWidth; }) {
            for (int bit = 0; bit < Field::kWidth; ++bit) {
              symbolic::Place place = *field.place;
              place.push_back(symbolic::number(bit));
              if ((value >> bit & 1) != 0) cells_[info.name].emplace_back(place, 1);
            }
          } else if (value != 0) {
            cells_[info.name].emplace_back(*field.place, value);
          }
          if constexpr (requires { Field::kHolds; })
            if (value != 0 && Field::kHolds != lang::Holds::nothing)
              ++holders_[symbolic::Space::holders_name(table, info.holds, info.target)][value];
        });
    for (const auto& [name, counts] : holders_)
      for (const auto& [slot, count] : counts)
        cells_[name].emplace_back(symbolic::Place{symbolic::number(slot)}, count);
    // Number 1 of init_pid_ns is that of pid 1, at level 0.
    cells_["owner"].emplace_back(symbolic::Place{symbolic::number(1), symbolic::number(1)}, 1);
  }

  symbolic::Term operator()(const symbolic::FieldInfo& field,
                            std::span<const symbolic::Term> place) const {
    const bool is_truth = field.sort == symbolic::Sort::truth;
    const auto constant = [is_truth](int value) {
      return is_truth ? symbolic::truth(value != 0) : symbolic::number(value);
    };
    symbolic::Term value = constant(0);
    const auto cells = cells_.find(field.name);
    if (cells == cells_.end()) return value;
    for (const auto& [at, is] : cells->second) {
      symbolic::Term here = symbolic::truth(true);
      for (std::size_t k = 0; k < at.size(); ++k)
        here = symbolic::both(here, symbolic::equal(at[k], place[k]));
      value = symbolic::if_else(here, constant(is), value);
    }
    return value;
  }

 private:
  std::map<std::string, std::vector<std::pair<symbolic::Place, int>>> cells_;
  std::map<std::string, std::map<int, int>> holders_;
};

symbolic::Initial first_state() {
  return
      [state = FirstState()](const symbolic::FieldInfo& field,
                             std::span<const symbolic::Term> place) { return state(field, place); };
}

}  // namespace

struct ProofUnits::Parts {
  Parts(const kernel::Config& kernel, std::uint32_t rlimit)
      : config(with_real_sizes(kernel)), solver(rlimit), control(Terms::rows()) {
    learn_control();
    fill_theory();
    for (const lang::Function& function : Terms::rows().functions())
      for (const lang::Row& row : function.rows)
        if (control.reaches(Terms::rows().find(row.run)) &&
            std::find(theory.joined.begin(), theory.joined.end(), row.run) == theory.joined.end())
          steps.push_back(row.run);
    contracts = props::contracts<Terms, KernelClaims>::rows();
  }

  // Each step that this kernel has, from any state: where it goes, and whom it calls.  A step that
  // no other goes to, as those of later kernels, needs no proof.
  void learn_control() {
    using Next = lang::Next::Kind;
    const symbolic::Rows& rows = Terms::rows();
    symbolic::Paths paths(solver);
    Terms machine(symbolic::World::heap, config, user);
    std::vector<lang::StepFunction> next;
    const auto reach = [&](lang::StepFunction step) {
      if (step != nullptr && control.saw(rows.find(step))) next.push_back(step);
    };
    reach(kernel::userland<Terms>::user_mode);
    reach(kernel::delayed_put_pid<Terms>::put);
    while (!next.empty()) {
      const lang::StepFunction step = next.back();
      next.pop_back();
      paths.explore([&] {
        machine.begin_path();
        machine.context =
            symbolic::Int(symbolic::variable("me", symbolic::Sort::integer, symbolic::kNoContext));
        const int from = rows.find(step).function;
        const symbolic::Outcome got = KernelClaims::attempt(step);
        if (got.fault != lang::Fault::none) return;
        reach(got.next.to);
        reach(got.next.then);
        if (got.next.kind == Next::call)
          control.saw_call(from, rows.find(got.next.to).function, rows.find(got.next.then));
        else if (got.next.kind == Next::go && rows.find(got.next.to).function != from)
          control.saw_jump(from, rows.find(got.next.to).function);
      });
    }
    control.close();
  }

  void fill_theory() {
    using induction = props::induction<Terms>;
    theory.entries = {{kernel::userland<Terms>::user_mode, true,
                       [](const symbolic::Int& context) {
                         return kernel::may_enter_kernel<Terms>(
                             Terms::unchecked<kernel::task_struct>(context + 1));
                       }},
                      {kernel::delayed_put_pid<Terms>::put, false, nullptr}};
    for (const auto& joined : induction::joined()) {
      const symbolic::Rows& rows = Terms::rows();
      if (!rows.row(rows.find(joined.step)).why.empty())
        throw std::logic_error(rows.name(rows.find(joined.step)) +
                               " is joined to the step before it, but others may run in between");
      theory.joined.push_back(joined.step);
    }
    for (const auto& ghost : induction::ghosts())
      theory.ghosts.push_back({ghost.step, ghost.update});
    for (const auto& row : induction::lemmas()) {
      symbolic::Lemma lemma{std::string(row.id), std::string(row.says), {}, row.holds};
      for (const Sort sort : row.over) lemma.over.push_back(static_cast<Kind>(sort));
      theory.lemmas.push_back(std::move(lemma));
      claimed.push_back({std::string(row.id), std::string(row.says), std::string(row.property)});
    }
    for (symbolic::Lemma& lemma : symbolic::control_lemmas<Terms>(control)) {
      claimed.push_back({lemma.id, lemma.says, ""});
      theory.lemmas.push_back(std::move(lemma));
    }
    theory.excluded = induction::excluded();
    claimed.push_back(
        {"no-misuse", "No step uses or frees what is not allocated, or counts below 0.", "I3"});
    for (const auto& row : props::contracts<Terms, KernelClaims>::rows())
      claimed.push_back({std::string(row.id), std::string(row.says), std::string(row.property),
                         bug_here(row.bug)});
  }
  std::string bug_here(std::string_view id) const {
    const kernel::ChangeRow* bug = kernel::find_change(id);
    const bool fixed = bug != nullptr && bug->change && config.has(*bug->change);
    return bug == nullptr || fixed ? "" : std::string(id);
  }

  symbolic::StepResult prove_contract(const props::Contract<KernelClaims>& contract) {
    std::optional<symbolic::CheckedInts> checked;
    if (contract.checked_ints) checked.emplace();
    Terms machine(symbolic::World::heap, config, user);
    return KernelClaims(machine, solver).about(std::string(contract.id), contract.about);
  }

  kernel::Config config;
  kernel::Userland user = anybody();
  symbolic::Solver solver;
  symbolic::Control control;
  symbolic::Theory theory;
  std::vector<Claimed> claimed;
  std::vector<lang::StepFunction> steps;
  std::vector<props::Contract<KernelClaims>> contracts;
};

std::string proved_for(const std::string& property) {
  for (const auto& scope : props::induction<Terms>::scopes)
    if (scope.property == property) return std::string(scope.proved_for);
  return {};
}

ProofUnits::ProofUnits(const kernel::Config& kernel, std::uint32_t rlimit)
    : parts_(std::make_unique<Parts>(kernel, rlimit)) {}
ProofUnits::~ProofUnits() = default;

std::size_t ProofUnits::size() const { return parts_->steps.size() + parts_->contracts.size() + 1; }

std::string ProofUnits::name(std::size_t unit) const {
  if (unit < parts_->steps.size())
    return Terms::rows().name(Terms::rows().find(parts_->steps[unit]));
  unit -= parts_->steps.size();
  return unit < parts_->contracts.size() ? std::string(parts_->contracts[unit].id) : "first state";
}

symbolic::StepResult ProofUnits::prove(std::size_t unit) {
  if (unit >= parts_->steps.size() && unit - parts_->steps.size() < parts_->contracts.size())
    return parts_->prove_contract(parts_->contracts[unit - parts_->steps.size()]);
  const bool first = unit == size() - 1;
  Terms machine(symbolic::World::heap, parts_->config, parts_->user,
                first ? first_state() : symbolic::any_value);
  symbolic::Induction<Terms> induction(parts_->theory, parts_->control, machine, parts_->solver);
  return first ? induction.initially() : induction.step(parts_->steps[unit]);
}

symbolic::Solver& ProofUnits::solver() { return parts_->solver; }
const std::vector<Claimed>& ProofUnits::claimed() const { return parts_->claimed; }

}  // namespace nsmc::cli
