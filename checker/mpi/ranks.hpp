// The processes of one search, and what all of them do together: sums, least values, broadcasts.
// SPDX-License-Identifier: MIT
//
// Each of these is a collective call of MPI: every rank makes it, at the same point of its work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace nsmc::checker {

// All ranks end because of an error that the first of them reports.
struct ToldByTheFirst : std::exception {
  const char* what() const noexcept override { return "the first rank says why"; }
};

class Ranks {
 public:
  // Joins the others; alone, if nobody has started more than this one.  One object per program.
  Ranks(int* argc, char*** argv);
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_first() const { return rank_ == 0; }
  // How many of them share this machine, and its memory.
  int on_this_machine() const;

  // Each place becomes the sum, or the least, of what the ranks have there.
  void sum(std::span<std::uint64_t> values) const;
  void least(std::span<std::uint64_t> values) const;

  // What rank `from` has becomes what all have.
  template <class T>
  void broadcast(T& value, int from = 0) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast_bytes(&value, sizeof value, from);
  }
  void broadcast(std::string& text, int from = 0) const;
  // The text of each rank, by rank, for all.
  std::vector<std::string> gather(const std::string& mine) const;

  // Ends all ranks at once; for what only this one knows of.
  [[noreturn]] void abort(int exit_code) const;

 private:
  void broadcast_bytes(void* bytes, std::size_t size, int from) const;

  int rank_ = 0;
  int size_ = 1;
};

}  // namespace nsmc::checker
