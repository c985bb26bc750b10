// Zeroed memory from the operating system, on large pages where it grants them.
// SPDX-License-Identifier: MIT
//
// A visited set is read at random: with 4 KiB pages nearly every read misses the TLB too.  Pages
// that were never touched cost nothing, so an arena may map more than it uses; the first 2 MiB stay
// on small pages, so that a small search touches little.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace nsmc::checker {

class Pages {
 public:
  static constexpr std::size_t kLarge = std::size_t{2} << 20;

  // What `bytes` used bytes take when they are touched.
  static constexpr std::size_t rounded_up(std::size_t bytes) {
    const std::size_t page = bytes < kLarge ? std::size_t{4096} : kLarge;
    return (bytes + page - 1) / page * page;
  }

  Pages() = default;

  // Empty if the system refuses.
  explicit Pages(std::size_t bytes) {
    const bool large = bytes >= kLarge;
    mapped_bytes_ = rounded_up(bytes) + (large ? kLarge : 0);
    mapped_ = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped_ == MAP_FAILED) {
      mapped_ = nullptr;
      return;
    }
    const std::size_t beyond = reinterpret_cast<std::uintptr_t>(mapped_) % kLarge;
    begin_ = static_cast<std::byte*>(mapped_) + (large && beyond != 0 ? kLarge - beyond : 0);
    // Advice, no more: without large pages everything is slower and equally right.
    if (large) madvise(begin_ + kLarge, rounded_up(bytes) - kLarge, MADV_HUGEPAGE);
  }

  Pages(Pages&& other) noexcept { swap(other); }
  Pages& operator=(Pages&& other) noexcept {
    Pages(std::move(other)).swap(*this);
    return *this;
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() {
    if (mapped_ != nullptr) munmap(mapped_, mapped_bytes_);
  }

  // What the first `bytes` hold was written to this file, on a page's border: from now on they are
  // read from there, and may not be changed.  False if the system refuses.
  bool become_file(int descriptor, std::uint64_t at, std::size_t bytes) {
    return mmap(begin_, bytes, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor,
                static_cast<off_t>(at)) != MAP_FAILED;
  }

  // They take no memory of this process until they are read again.  REQUIRES: become_file().
  void let_go(std::size_t bytes) { madvise(begin_, bytes, MADV_DONTNEED); }

  explicit operator bool() const { return begin_ != nullptr; }
  std::byte* begin() const { return begin_; }

 private:
  void swap(Pages& other) noexcept {
    std::swap(mapped_, other.mapped_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
    std::swap(begin_, other.begin_);
  }

  void* mapped_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::byte* begin_ = nullptr;
};

}  // namespace nsmc::checker
