// A range of addresses that memory is put under as it is needed: what grows in it never moves.
// SPDX-License-Identifier: MIT
//
// Growing in place is what lets a table become larger without there being two of it.  Addresses
// cost nothing; only what is opened counts as memory, and only what is touched is taken.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace nsmc::checker {

class Reservation {
 public:
  static constexpr std::size_t kLarge = std::size_t{2} << 20;

  // What a machine can have at all: no structure has to reserve more.
  static std::size_t physical_bytes() {
    return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  }

  // Empty if the system refuses.
  explicit Reservation(std::size_t bytes) : bytes_(rounded_up(bytes) + kLarge) {
    mapped_ = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped_ == MAP_FAILED) {
      mapped_ = nullptr;
      return;
    }
    const auto address = reinterpret_cast<std::uintptr_t>(mapped_);
    begin_ = static_cast<std::byte*>(mapped_) + (kLarge - address % kLarge) % kLarge;
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() {
    if (mapped_ != nullptr) munmap(mapped_, bytes_);
  }

  explicit operator bool() const { return mapped_ != nullptr; }
  std::byte* begin() const { return begin_; }
  std::size_t opened() const { return opened_; }
  std::size_t capacity() const { return bytes_ - kLarge; }

  // The first `bytes` may be used, and are zero where they were not used before.  False if the
  // system refuses.
  bool open(std::size_t bytes) {
    if (bytes <= opened_) return true;
    if (bytes > capacity()) return false;
    const std::size_t upto = bytes < kLarge ? page_up(bytes) : rounded_up(bytes);
    if (mprotect(begin_ + opened_, upto - opened_, PROT_READ | PROT_WRITE) != 0) return false;
    // Advice, no more.  The first large page stays in small ones: a small search touches little.
    const std::size_t from = std::max(opened_, kLarge);
    if (upto > from) madvise(begin_ + from, upto - from, MADV_HUGEPAGE);
    opened_ = upto;
    return true;
  }

 private:
  static constexpr std::size_t page_up(std::size_t bytes) { return (bytes + 4095) / 4096 * 4096; }
  static constexpr std::size_t rounded_up(std::size_t bytes) {
    return (bytes + kLarge - 1) / kLarge * kLarge;
  }

  void* mapped_ = nullptr;
  std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t opened_ = 0;
};

}  // namespace nsmc::checker
