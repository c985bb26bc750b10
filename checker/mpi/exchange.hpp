// Batches of bytes from each rank to each other one, sent while both go on with their work.
// SPDX-License-Identifier: MIT
//
// A round ends when every batch has arrived.  Each rank learns by one collective sum how many it
// was sent, and goes on receiving until it has them: no rank has to ask another one.  What is
// received makes nobody send, so waiting for room cannot end in a circle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "checker/mpi/ranks.hpp"

namespace nsmc::checker {

// What one rank has sent.
struct Traffic {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t items = 0;  // states in them
};

class Exchange {
 public:
  using OnBatch = std::function<void(int from, std::span<const std::byte> batch)>;

  // A batch is sent once it has batch_bytes; the item that fills it may go item_bytes beyond.
  Exchange(const Ranks& ranks, std::size_t batch_bytes, std::size_t item_bytes);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The batch for a rank, to add one item at its end; then added(), which may send it: after that
  // another batch is begun, empty.
  std::vector<std::byte>& batch(int to) { return filling_[static_cast<std::size_t>(to)]; }
  void added(int to) {
    ++traffic_.items;
    if (batch(to).size() >= batch_bytes_) send(to);
  }

  // Takes what has arrived.  Waits, and goes on taking, while too much is on its way from here.
  void progress(const OnBatch& on_batch);
  // Ends the round: sends the rest, and takes all that any rank has sent in this round.
  void finish(const OnBatch& on_batch);

  const Traffic& traffic() const { return traffic_; }
  std::uint64_t bytes_taken() const { return bytes_taken_; }
  std::size_t memory_bytes() const;

 private:
  struct Requests;  // of the library

  void send(int to);
  bool take(const OnBatch& on_batch);  // whether anything had arrived or was gone
  bool recycle_sent();

  const Ranks& ranks_;
  std::size_t batch_bytes_, item_bytes_;
  std::vector<std::vector<std::byte>> filling_;  // by rank
  std::vector<std::vector<std::byte>> spare_;
  std::vector<std::uint64_t> sent_to_;  // in this round: batches, by rank
  std::uint64_t taken_ = 0;             // in this round
  Traffic traffic_;
  std::uint64_t bytes_taken_ = 0;
  std::unique_ptr<Requests> requests_;
};

}  // namespace nsmc::checker
