// When a search writes a checkpoint, where, and whether it goes on from one.
// SPDX-License-Identifier: MIT
#include "checker/checkpoint/checkpoints.hpp"

#include <span>
#include <utility>

namespace nsmc::checker {
namespace {

constexpr std::string_view kRemark = "remark";

}  // namespace

Checkpoints::Checkpoints(Plan plan) : plan_(std::move(plan)) {
  const CheckpointWriter try_it(plan_.path, plan_.identity);  // better now than after an hour
  wait();
}

std::string Checkpoints::identity(std::string_view line) const {
  return plan_.identity + std::string(line) + "\n";
}

void Checkpoints::wait() {
  due_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(plan_.seconds_between));
}

bool Checkpoints::goes_on_with(std::string_view line) const {
  if (!plan_.resume || !checkpoint_exists(plan_.path)) return false;
  try {
    const CheckpointReader reader(plan_.path, identity(line));
    return true;
  } catch (const CheckpointError&) {
    return false;  // take() will say why
  }
}

std::unique_ptr<CheckpointReader> Checkpoints::take() {
  if (!std::exchange(plan_.resume, false) || !checkpoint_exists(plan_.path)) return nullptr;
  auto reader = std::make_unique<CheckpointReader>(plan_.path, identity(line_));
  const std::vector<std::byte> remark = reader->section(kRemark);
  remark_.assign(reinterpret_cast<const char*>(remark.data()), remark.size());
  return reader;
}

void Checkpoints::resumed(std::uint64_t states) const {
  if (plan_.on_resume) plan_.on_resume(states);
}

void Checkpoints::save(const std::function<void(CheckpointWriter&)>& fill) {
  try {
    CheckpointWriter writer(plan_.path, identity(line_));
    writer.section(kRemark, std::as_bytes(std::span(remark_)));
    fill(writer);
    writer.commit();
    is_saved_ = true;
    has_failed_ = false;
  } catch (const CheckpointError& error) {
    is_saved_ = false;
    failure_ = error.kind();
    if (!std::exchange(has_failed_, true) && plan_.on_failure) plan_.on_failure(error.what());
  }
  wait();
}

}  // namespace nsmc::checker
