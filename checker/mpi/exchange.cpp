// Batches between ranks under MPI: posted receives, sends on their way, and the end of a round.
// SPDX-License-Identifier: MIT
#include "checker/mpi/exchange.hpp"

#include <mpi.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace nsmc::checker {
namespace {

constexpr int kTag = 1;
constexpr int kReceivesMax = 64;

}  // namespace

struct Exchange::Requests {
  std::vector<std::vector<std::byte>> arriving;
  std::vector<MPI_Request> receives;
  std::vector<std::vector<std::byte>> leaving;
  std::vector<MPI_Request> sends;
  // For MPI_Testsome().
  std::vector<int> done;
  std::vector<MPI_Status> statuses;

  void receive(std::size_t i) {
    MPI_Irecv(arriving[i].data(), static_cast<int>(arriving[i].size()), MPI_BYTE, MPI_ANY_SOURCE,
              kTag, MPI_COMM_WORLD, &receives[i]);
  }
  // How many are done; their numbers are in `done`.
  std::size_t test(std::vector<MPI_Request>& requests) {
    if (requests.empty()) return 0;
    done.resize(std::max(done.size(), requests.size()));
    statuses.resize(done.size());
    int count = 0;
    MPI_Testsome(static_cast<int>(requests.size()), requests.data(), &count, done.data(),
                 statuses.data());
    return count == MPI_UNDEFINED ? 0 : static_cast<std::size_t>(count);
  }
};

Exchange::Exchange(const Ranks& ranks, std::size_t batch_bytes, std::size_t item_bytes)
    : ranks_(ranks),
      batch_bytes_(batch_bytes),
      item_bytes_(item_bytes),
      filling_(static_cast<std::size_t>(ranks.size())),
      sent_to_(filling_.size()),
      requests_(std::make_unique<Requests>()) {
  const int receives = ranks.size() == 1 ? 0 : std::clamp(2 * (ranks.size() - 1), 4, kReceivesMax);
  requests_->arriving.assign(static_cast<std::size_t>(receives),
                             std::vector<std::byte>(batch_bytes_ + item_bytes_));
  requests_->receives.resize(requests_->arriving.size());
  for (std::size_t i = 0; i < requests_->arriving.size(); ++i) requests_->receive(i);
}

// After an exception nobody may be there to take what was sent: that ends the program elsewhere.
Exchange::~Exchange() {
  for (MPI_Request& request : requests_->receives) {
    MPI_Cancel(&request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
  }
}

void Exchange::send(int to) {
  std::vector<std::byte> next;
  if (!spare_.empty()) {
    next = std::move(spare_.back());
    spare_.pop_back();
  }
  next.clear();
  next.reserve(batch_bytes_ + item_bytes_);
  std::vector<std::byte>& batch = filling_[static_cast<std::size_t>(to)];
  std::swap(batch, next);
  requests_->sends.emplace_back();
  MPI_Isend(next.data(), static_cast<int>(next.size()), MPI_BYTE, to, kTag, MPI_COMM_WORLD,
            &requests_->sends.back());
  ++sent_to_[static_cast<std::size_t>(to)];
  ++traffic_.messages;
  traffic_.bytes += next.size();
  requests_->leaving.push_back(std::move(next));  // a moved vector's bytes stay where they are
}

bool Exchange::recycle_sent() {
  Requests& r = *requests_;
  const std::size_t count = r.test(r.sends);
  std::sort(r.done.begin(), r.done.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = count; i-- > 0;) {
    const auto at = static_cast<std::size_t>(r.done[i]);
    spare_.push_back(std::move(r.leaving[at]));
    r.leaving[at] = std::move(r.leaving.back());
    r.leaving.pop_back();
    r.sends[at] = r.sends.back();
    r.sends.pop_back();
  }
  return count > 0;
}

bool Exchange::take(const OnBatch& on_batch) {
  Requests& r = *requests_;
  const bool any_gone = recycle_sent();
  const std::size_t count = r.test(r.receives);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(r.done[i]);
    int size = 0;
    MPI_Get_count(&r.statuses[i], MPI_BYTE, &size);
    bytes_taken_ += static_cast<std::uint64_t>(size);
    on_batch(r.statuses[i].MPI_SOURCE, {r.arriving[at].data(), static_cast<std::size_t>(size)});
    r.receive(at);
  }
  taken_ += count;
  return any_gone || count > 0;
}

void Exchange::progress(const OnBatch& on_batch) {
  const std::size_t most = std::max<std::size_t>(4, 2 * (filling_.size() - 1));
  do {
    if (!take(on_batch) && requests_->sends.size() > most) std::this_thread::yield();
  } while (requests_->sends.size() > most);
}

void Exchange::finish(const OnBatch& on_batch) {
  for (int to = 0; to < ranks_.size(); ++to)
    if (!batch(to).empty()) send(to);
  std::uint64_t to_take = 0;
  MPI_Request summed = MPI_REQUEST_NULL;
  MPI_Ireduce_scatter_block(sent_to_.data(), &to_take, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD,
                            &summed);
  int is_summed = 0;
  while (is_summed == 0 || taken_ < to_take || !requests_->sends.empty()) {
    const bool moved = take(on_batch);
    if (is_summed == 0) MPI_Test(&summed, &is_summed, MPI_STATUS_IGNORE);
    if (!moved) std::this_thread::yield();
  }
  std::fill(sent_to_.begin(), sent_to_.end(), 0);
  taken_ = 0;
}

std::size_t Exchange::memory_bytes() const {
  const std::size_t batches =
      filling_.size() + spare_.size() + requests_->leaving.size() + requests_->arriving.size();
  return batches * (batch_bytes_ + item_bytes_);
}

}  // namespace nsmc::checker
