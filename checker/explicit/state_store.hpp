// The exact set of visited states: an arena in breadth-first order, and a table of indices.
// SPDX-License-Identifier: MIT
//
// A state is its packed bytes, its parent's index and, where that is wanted, the action that led to
// it; its index is the order in which it was found.  So the frontier is a range of indices and
// needs no queue.
//
// A table of 8-byte slots has an index and 32 bits of hash, the tag, for each; it grows by the
// slots alone, in place and without a look at any state.
//
// Equal tags mean nothing: the whole states are compared.
#pragma once

#define XXH_INLINE_ALL  // the hash of some 30 bytes is cheaper than a call
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/checkpoint/spill_file.hpp"
#include "checker/explicit/bit_packer.hpp"
#include "checker/explicit/pages.hpp"
#include "checker/explicit/short_bytes.hpp"
#include "checker/explicit/slot_table.hpp"

namespace nsmc::checker {

struct Xxh3 {
  std::uint64_t operator()(const std::byte* bytes, std::size_t size) const {
    return XXH3_64bits(bytes, size);
  }
  std::uint64_t operator()(std::span<const std::byte> bytes) const {
    return XXH3_64bits(bytes.data(), bytes.size());
  }
};

enum class Insertion : std::uint8_t {
  added,
  known,
  states_full,    // not added: it would be one more than states_max
  memory_full,    // not added: the store would grow beyond memory_bytes_max
  memory_refused  // not added: the operating system gives no more
};

struct StoreLimits {
  std::uint64_t states_max = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t memory_bytes_max = std::numeric_limits<std::uint64_t>::max();
  std::string disk{};  // a folder for states that do not fit into memory; empty: none
  // The rest is for tests: growth happens at the same places, only sooner.
  std::size_t chunk_bytes = std::size_t{32} << 20;
  unsigned slots_log2 = 12;
};

// The action is not wanted: two states say which it was.
struct NoAction {};

template <class Action, class Hash = Xxh3>
class StateStore {
 public:
  using Index = std::uint32_t;
  static constexpr Index kNoParent = 0xffffffff;
  static constexpr std::uint64_t kStatesMax = 0xfffffffe;  // index + 1 fits 32 bits and is not 0

  explicit StateStore(std::size_t packed_bytes, const StoreLimits& limits = {})
      : packed_bytes_(packed_bytes),
        record_bytes_(packed_bytes + sizeof(Index) + kActionBytes),
        states_max_(std::min(limits.states_max, kStatesMax)),
        memory_bytes_max_(limits.memory_bytes_max),
        chunk_log2_(static_cast<unsigned>(std::bit_width(
                        std::max<std::size_t>(wanted_chunk_bytes(limits) / record_bytes_, 1))) -
                    1),
        table_(limits.slots_log2, limits.memory_bytes_max) {
    if (!limits.disk.empty()) disk_.emplace(limits.disk);
  }

  std::uint64_t size() const { return size_; }
  std::uint64_t states_max() const { return states_max_; }

  // Why states could not be moved to disk; empty: they could.
  std::string disk_failure() const { return disk_ ? disk_->failure() : ""; }

  // When something else takes a part of what there is.
  void set_memory_bytes_max(std::uint64_t bytes) {
    if (bytes < memory_bytes_max_) room_until_ = 0;
    memory_bytes_max_ = bytes;
  }

  // What was touched: whole pages of states, and the table.  Not what lies on disk.
  std::uint64_t memory_bytes() const { return arena_bytes(size_) + table_.bytes(); }

  std::uint32_t tag(const std::byte* packed) const {
    return static_cast<std::uint32_t>(Hash{}(packed, packed_bytes_) >> 32);
  }

  void prefetch_slot(std::uint32_t tag) const { table_.prefetch(tag); }
  // The state that is most likely the one of this tag, if there is any.
  void prefetch_state(std::uint32_t tag) const {
    const std::uint64_t slot = table_.first(tag);
    if (SlotTable::tag_of(slot) != tag || slot == 0) return;
    const std::byte* state = packed(SlotTable::index_of(slot));
    __builtin_prefetch(state);
    __builtin_prefetch(state + packed_bytes_ - 1);
  }

  // If it is known, the first parent and action stay: they are on a shortest run.
  Insertion insert(const std::byte* state, std::uint32_t tag, Index parent,
                   const Action& action = {}) {
    std::uint64_t* slot = &find(state, tag);
    if (*slot != 0) return Insertion::known;
    const unsigned log2 = table_.log2();
    const Insertion room = make_room();
    if (room != Insertion::added) return room;
    if (table_.log2() != log2) slot = &find(state, tag);
    const auto index = static_cast<Index>(size_++);
    std::byte* record = record_at(index);
    copy_bytes(record, state, packed_bytes_);
    std::memcpy(record + packed_bytes_, &parent, sizeof parent);
    std::memcpy(record + packed_bytes_ + sizeof parent, &action, kActionBytes);
    *slot = SlotTable::slot_of(tag, index);
    return Insertion::added;
  }

  // REQUIRES: the state is there.
  Index find_index(const std::byte* state, std::uint32_t tag) const {
    return SlotTable::index_of(find(state, tag));
  }

  const std::byte* packed(Index index) const { return record_at(index); }
  Index parent(Index index) const {
    Index result = 0;
    std::memcpy(&result, record_at(index) + packed_bytes_, sizeof result);
    return result;
  }
  Action action(Index index) const {
    Action result{};
    std::memcpy(&result, record_at(index) + packed_bytes_ + sizeof(Index), sizeof result);
    return result;
  }

  // From now on a packed state has so many bytes; those that are there are written anew by
  // convert(before, after).  False: the operating system gives no memory, nothing has changed.
  // REQUIRES: none is on disk.
  template <class Convert>
  bool repack(std::size_t packed_bytes, Convert&& convert) {
    const std::size_t record_bytes = packed_bytes + record_bytes_ - packed_bytes_;
    std::vector<Pages> chunks;  // mapped, not touched
    for (std::size_t i = 0; i < chunks_.size(); ++i)
      if (!chunks.emplace_back((record_bytes << chunk_log2_) + BitPacker::kSlack)) return false;
    for (std::uint64_t index = 0; index < size_; ++index) {
      const std::uint64_t in_chunk = index & ((std::uint64_t{1} << chunk_log2_) - 1);
      const std::byte* before = record_at(static_cast<Index>(index));
      std::byte* after = chunks[index >> chunk_log2_].begin() + in_chunk * record_bytes;
      rewrite(before, packed_bytes_, after, packed_bytes, convert);
      if (in_chunk == 0 && index > 0) chunks_[(index >> chunk_log2_) - 1] = {};
    }
    chunks_ = std::move(chunks);
    table_.clear();
    packed_bytes_ = packed_bytes;
    record_bytes_ = record_bytes;
    room_until_ = 0;
    for (std::uint64_t index = 0; index < size_; ++index) put(index);
    return true;
  }

  // The first so many states.  The table is not kept: load() makes it of them.
  void save(CheckpointWriter& to, std::uint64_t states) const {
    for (std::size_t chunk = 0; states > 0; ++chunk) {
      const std::uint64_t count = std::min(states, std::uint64_t{1} << chunk_log2_);
      to.section(kRecords, {chunks_[chunk].begin(), count * record_bytes_});
      states -= count;
    }
  }
  // REQUIRES: there are no states yet.  Throws CheckpointError, and std::bad_alloc.
  void load(const CheckpointReader& from, const std::string& path) {
    load<void (*)(const std::byte*, std::byte*)>(from, path, packed_bytes_, nullptr);
  }
  // The same; a packed state has so many bytes there, and (*convert)(there, here) writes it as it
  // is here, unless it is nullptr.
  template <class Convert>
  void load(const CheckpointReader& from, const std::string& path, std::size_t packed_bytes,
            const Convert* convert) {
    const std::size_t record_bytes = packed_bytes + record_bytes_ - packed_bytes_;
    const std::uint64_t states = from.size_of(kRecords) / record_bytes;
    if (states * record_bytes != from.size_of(kRecords) || states > kStatesMax)
      from.refuse("its states have another size");
    unsigned log2 = table_.log2();
    while (states > SlotTable::states_max(log2)) ++log2;
    const auto require = [&](bool fits) {
      if (!fits)
        throw CheckpointError(CheckpointError::Kind::memory, path,
                              "its states take more memory than the limit", "raise the limit");
    };
    require(disk_ || arena_bytes(states) + SlotTable::bytes(log2) <= memory_bytes_max_);
    while (table_.log2() < log2)
      if (!table_.grow()) throw std::bad_alloc();
    CheckpointSection records = from.open(kRecords);
    std::vector<std::byte> there;
    while (size_ < states) {
      chunks_.emplace_back(chunk_bytes());
      if (!chunks_.back()) throw std::bad_alloc();
      const std::uint64_t count = std::min(states - size_, std::uint64_t{1} << chunk_log2_);
      if (convert == nullptr) {
        records.read({chunks_.back().begin(), count * record_bytes_});
      } else {
        there.resize(count * record_bytes);
        records.read(there);
        for (std::uint64_t i = 0; i < count; ++i)
          rewrite(there.data() + i * record_bytes, packed_bytes,
                  chunks_.back().begin() + i * record_bytes_, packed_bytes_, *convert);
      }
      for (const std::uint64_t end = size_ + count; size_ < end; ++size_) put(size_);
      require(fits(size_, table_.bytes()));
    }
  }

 private:
  static constexpr const char* kRecords = "records";
  static constexpr std::size_t kActionBytes = std::is_empty_v<Action> ? 0 : sizeof(Action);
  static constexpr std::uint64_t kRoom = 1024;

  // A record with a state of another size.
  template <class Convert>
  void rewrite(const std::byte* before, std::size_t bytes_before, std::byte* after,
               std::size_t bytes_after, Convert&& convert) const {
    convert(before, after);
    std::memcpy(after + bytes_after, before + bytes_before, record_bytes_ - packed_bytes_);
  }

  // It is by chunks that states go to disk: some have to fit into memory.
  static std::size_t wanted_chunk_bytes(const StoreLimits& limits) {
    if (limits.disk.empty()) return limits.chunk_bytes;
    return std::min<std::size_t>(limits.chunk_bytes, limits.memory_bytes_max / 32);
  }
  std::byte* record_at(Index index) const {
    const Index in_chunk = index & ((Index{1} << chunk_log2_) - 1);
    return chunks_[index >> chunk_log2_].begin() + in_chunk * record_bytes_;
  }

  // Its slot, or the free one at which the search for it ends.
  std::uint64_t& find(const std::byte* state, std::uint32_t tag) const {
    return table_.find(
        tag, [&](Index index) { return equal_bytes(packed(index), state, packed_bytes_); });
  }
  // A state that is in no slot.
  void put(std::uint64_t index) {
    table_.put(SlotTable::slot_of(tag(record_at(static_cast<Index>(index))), index));
  }

  // For one more state: `added` if it may be.
  Insertion make_room() {
    if (size_ < room_until_) return Insertion::added;
    if (size_ >= states_max_) return Insertion::states_full;
    const unsigned log2 =
        table_.log2() + (size_ + 1 > SlotTable::states_max(table_.log2()) ? 1 : 0);
    if (!fits(size_ + 1, SlotTable::bytes(log2))) return Insertion::memory_full;
    if (log2 > table_.log2() && !table_.grow()) return Insertion::memory_refused;
    if (size_ >> chunk_log2_ == chunks_.size()) {
      Pages chunk(chunk_bytes());  // mapped, not touched
      if (!chunk) return Insertion::memory_refused;
      chunks_.push_back(std::move(chunk));
    }
    // As far as nothing changes, in steps in which memory is counted exactly.
    const std::uint64_t until =
        std::min({states_max_, size_ + kRoom, std::uint64_t{chunks_.size()} << chunk_log2_,
                  SlotTable::states_max(table_.log2())});
    if (arena_bytes(until) + table_.bytes() <= memory_bytes_max_) room_until_ = until;
    return Insertion::added;
  }

  // So many states, and a table; full chunks go to disk for that, the oldest first: it is the
  // newest that are found again.
  bool fits(std::uint64_t states, std::uint64_t bytes_of_table) {
    const std::uint64_t before = on_disk_;
    while (arena_bytes(states) + bytes_of_table > memory_bytes_max_) {
      if (!disk_ || on_disk_ >= size_ >> chunk_log2_) return false;
      Pages& oldest = chunks_[on_disk_];
      const std::uint64_t at = on_disk_ * Pages::rounded_up(chunk_bytes());
      if (!disk_->write(at, {oldest.begin(), chunk_bytes()}) ||
          !oldest.become_file(disk_->descriptor(), at, chunk_bytes()))
        return false;
      ++on_disk_;
    }
    if (on_disk_ > before)
      for (std::uint64_t i = 0; i < on_disk_; ++i) chunks_[i].let_go(chunk_bytes());
    return true;
  }

  std::size_t chunk_bytes() const { return (record_bytes_ << chunk_log2_) + BitPacker::kSlack; }
  std::uint64_t arena_bytes(std::uint64_t states) const {
    const std::uint64_t whole_chunks = states >> chunk_log2_;
    const std::uint64_t rest = states - (whole_chunks << chunk_log2_);
    return (whole_chunks - on_disk_) * Pages::rounded_up(chunk_bytes()) +
           Pages::rounded_up(rest * record_bytes_);
  }

  std::size_t packed_bytes_;
  std::size_t record_bytes_;
  std::uint64_t states_max_;
  std::uint64_t memory_bytes_max_;
  unsigned chunk_log2_;  // states per chunk
  std::uint64_t size_ = 0;
  std::uint64_t room_until_ = 0;  // for so many states there is room, as all is
  std::vector<Pages> chunks_;
  std::optional<SpillFile> disk_;
  std::uint64_t on_disk_ = 0;  // chunks, the oldest
  SlotTable table_;
};

}  // namespace nsmc::checker
