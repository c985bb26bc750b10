// Which bytes of a state a piece of code has read and written: its footprint.
// SPDX-License-Identifier: MIT
//
// A field keeps its bytes in a Stored cell.  Unwatched ones are bytes and nothing else; Watched
// ones report each access to the Footprint that is looking on.  All that a step knows of a state
// comes through its fields, so two states that agree in what it has read are one state to it
// (docs/adr/0019-moves-remembered.md).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nsmc::lang {

class Footprint {
 public:
  // Of a state of so many bytes.
  explicit Footprint(std::size_t bytes) : read_(bytes), written_(bytes) {}

  // Per byte of the state: 1 if it was read, or written.
  const std::vector<std::uint8_t>& read() const { return read_; }
  const std::vector<std::uint8_t>& written() const { return written_; }
  bool has_written(std::size_t from, std::size_t bytes) const {
    for (std::size_t i = from; i < from + bytes; ++i)
      if (written_[i] != 0) return true;
    return false;
  }
  // The byte that was read before all others; -1 if nothing was read.
  int first() const { return first_; }

  // Of code that was watched elsewhere.
  void add_read(std::size_t byte) { read_[byte] = 1; }
  void add_written(std::size_t byte) { written_[byte] = 1; }

  void forget_written() { written_.assign(written_.size(), 0); }

  // Watches what this thread does to the state that lies there, until it goes out of scope.
  class Watching {
   public:
    Watching(Footprint& footprint, const void* state) : footprint_(on_), state_(at_) {
      on_ = &footprint;
      at_ = reinterpret_cast<std::uintptr_t>(state);
    }
    ~Watching() {
      on_ = footprint_;
      at_ = state_;
    }
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;

   private:
    Footprint* footprint_;
    std::uintptr_t state_;
  };

  static void saw(const void* at, std::size_t bytes) {
    Footprint* on = on_;
    const std::size_t from = offset(at);
    if (on == nullptr || from >= on->read_.size()) return;
    if (on->first_ < 0) on->first_ = static_cast<int>(from);
    for (std::size_t i = from; i < from + bytes; ++i) on->read_[i] = 1;
  }
  static void changed(const void* at, std::size_t bytes) {
    Footprint* on = on_;
    const std::size_t from = offset(at);
    if (on == nullptr || from >= on->written_.size()) return;
    for (std::size_t i = from; i < from + bytes; ++i) on->written_[i] = 1;
  }

 private:
  static std::size_t offset(const void* at) { return reinterpret_cast<std::uintptr_t>(at) - at_; }

  static inline constinit thread_local Footprint* on_ = nullptr;
  static inline constinit thread_local std::uintptr_t at_ = 0;

  std::vector<std::uint8_t> read_, written_;
  int first_ = -1;
};

// A word as bytes, so that a state has no alignment and thus no padding, whose content would be
// anybody's.
struct Unwatched {
  static constexpr bool kReports = false;
  template <class Word>
  class Stored {
   public:
    constexpr Word load() const { return std::bit_cast<Word>(bytes_); }
    constexpr void store(Word word) { bytes_ = std::bit_cast<Bytes>(word); }

   private:
    using Bytes = std::array<std::uint8_t, sizeof(Word)>;
    Bytes bytes_ = {};
  };
};

struct Watched {
  static constexpr bool kReports = true;
  template <class Word>
  class Stored {
   public:
    Stored() = default;
    ~Stored() = default;
    Stored(const Stored& other) { bytes_.store(other.load()); }
    Stored& operator=(const Stored& other) {
      store(other.load());
      return *this;
    }

    Word load() const {
      Footprint::saw(this, sizeof(Word));
      return bytes_.load();
    }
    void store(Word word) {
      Footprint::changed(this, sizeof(Word));
      bytes_.store(word);
    }

   private:
    Unwatched::Stored<Word> bytes_;
  };
};

}  // namespace nsmc::lang
