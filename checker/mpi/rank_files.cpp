// The checkpoints of all ranks, in generations.
// SPDX-License-Identifier: MIT
#include "checker/mpi/rank_files.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace nsmc::checker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNothing = "nothing was searched";

std::optional<std::uint64_t> number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}
bool skip(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

}  // namespace

RankFiles::RankFiles(const Ranks& ranks, Plan plan) : ranks_(ranks), plan_(std::move(plan)) {
  plan_.identity +=
      "ranks " + std::to_string(ranks.size()) + "\nrank " + std::to_string(ranks.rank()) + "\n";
  const Found found = look();
  std::string complaint;
  if (!found.of_others.empty())
    complaint = found.of_others + ": it is one of another number of ranks, and these are " +
                std::to_string(ranks.size()) + "; start as many as wrote it, or remove it";
  if (!plan_.resume && !found.generations.empty())
    complaint = file(found.generations.back()) +
                ": there is a checkpoint already; go on with --resume, or remove it";
  agree(complaint, CheckpointError::Kind::cannot_create);
  generation_ = common(found.generations);
  std::optional<CheckpointError::Kind> kind;
  if (generation_ > 0) {
    try {
      taken_ = std::make_unique<CheckpointReader>(file(generation_), plan_.identity);
    } catch (const CheckpointError& error) {
      complaint = error.what();
      kind = error.kind();
    }
  }
  agree(complaint, kind.value_or(CheckpointError::Kind::bad_data));
  try {
    CheckpointWriter(file(generation_ + 1), plan_.identity);  // it can be written
  } catch (const CheckpointError& error) {
    complaint = error.what();
    kind = error.kind();
  }
  agree(complaint, kind.value_or(CheckpointError::Kind::cannot_create));
  for (const std::uint64_t old : found.generations)
    if (old != generation_) remove(old);
  wait();
}

void RankFiles::agree(const std::string& complaint, CheckpointError::Kind kind) const {
  std::string mine = complaint;
  if (!mine.empty()) mine.insert(mine.begin(), static_cast<char>(kind));
  const std::vector<std::string> all = ranks_.gather(mine);
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    if (all[rank].empty()) continue;
    if (!ranks_.is_first()) throw ToldByTheFirst();
    throw NothingBegun(static_cast<CheckpointError::Kind>(all[rank][0]),
                       "rank " + std::to_string(rank), all[rank].substr(1), kNothing);
  }
}

RankFiles::Found RankFiles::look() const {
  Found found;
  const fs::path path(plan_.path);
  const std::string begin = path.filename().string() + ".g";
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code error;  // a folder that is not there has no files
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    std::string_view rest = name;
    if (!skip(rest, begin)) continue;
    const auto generation = number(rest);
    if (!generation || !skip(rest, ".")) continue;
    const auto rank = number(rest);
    if (!rank || !skip(rest, "-of-")) continue;
    const auto ranks = number(rest);
    if (!ranks || !rest.empty()) continue;  // a temporary file, or none of ours
    if (*ranks != static_cast<std::uint64_t>(ranks_.size())) {
      found.of_others = entry.path().string();
    } else if (*rank == static_cast<std::uint64_t>(ranks_.rank())) {
      found.generations.push_back(*generation);
    }
  }
  std::sort(found.generations.begin(), found.generations.end());
  return found;
}

// The greatest that all ranks have; 0: none.  A first generation that not all have was never
// complete: the search begins anew.  Later ones had one before them.
std::uint64_t RankFiles::common(const std::vector<std::uint64_t>& mine) const {
  std::uint64_t greatest = mine.empty() ? 0 : mine.back();
  std::uint64_t anywhere = ~greatest;
  ranks_.least({&anywhere, 1});
  for (;;) {
    std::uint64_t candidate = greatest;
    ranks_.least({&candidate, 1});
    std::uint64_t have =
        candidate > 0 && std::binary_search(mine.begin(), mine.end(), candidate) ? 1 : 0;
    ranks_.sum({&have, 1});
    if (have == static_cast<std::uint64_t>(ranks_.size())) return candidate;
    if (candidate == 0) break;
    const auto below = std::lower_bound(mine.begin(), mine.end(), candidate);
    greatest = below == mine.begin() ? 0 : *std::prev(below);
  }
  agree(~anywhere > 1 && mine.empty()
            ? plan_.path + ": this rank has no checkpoint, and others have"
            : "",
        CheckpointError::Kind::no_input);
  agree(~anywhere > 1 ? plan_.path + ": there is no generation that all ranks have" : "",
        CheckpointError::Kind::no_input);
  return 0;
}

std::string RankFiles::file(std::uint64_t generation) const {
  return plan_.path + ".g" + std::to_string(generation) + "." + std::to_string(ranks_.rank()) +
         "-of-" + std::to_string(ranks_.size());
}

void RankFiles::remove(std::uint64_t generation) const {
  std::error_code error;  // it is in nobody's way
  if (generation > 0) fs::remove(file(generation), error);
}

void RankFiles::resumed(std::uint64_t states) const {
  if (ranks_.is_first() && plan_.on_resume) plan_.on_resume(generation_, states);
}

bool RankFiles::save(const std::function<void(CheckpointWriter&)>& fill) {
  std::string complaint;
  try {
    CheckpointWriter writer(file(generation_ + 1), plan_.identity);
    fill(writer);
    writer.commit();
  } catch (const CheckpointError& error) {
    complaint = error.what();
  }
  std::string first;
  for (const std::string& text : ranks_.gather(complaint))
    if (first.empty()) first = text;
  const bool is_saved = first.empty();
  remove(is_saved ? generation_ : generation_ + 1);
  if (is_saved) ++generation_;
  if (!is_saved && !has_failed_ && ranks_.is_first() && plan_.on_failure) plan_.on_failure(first);
  has_failed_ = !is_saved;
  wait();
  return is_saved;
}

void RankFiles::wait() {
  due_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(plan_.seconds_between));
}

}  // namespace nsmc::checker
