// Numbers, texts and bytes one after another: what a section has that is not one large piece.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/checkpoint/checkpoint_file.hpp"

namespace nsmc::checker {

class FieldWriter {
 public:
  void number(std::uint64_t value);
  void numbers(std::span<const std::uint64_t> values);
  void real(double value);
  void text(std::string_view value);
  void bytes(std::span<const std::byte> value);  // the reader has to know how many

  std::span<const std::byte> all() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// The same, read in the same order.  Throws CheckpointError if there are not as many.
class FieldReader {
 public:
  FieldReader(const CheckpointReader& from, std::string_view section);

  std::uint64_t number();
  std::uint64_t number_up_to(std::uint64_t most);
  std::vector<std::uint64_t> numbers();
  double real();
  std::string text();
  void bytes(std::span<std::byte> to);
  void end() const;  // there must be nothing more

 private:
  std::span<const std::byte> take(std::size_t count);

  const CheckpointReader& from_;
  std::vector<std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace nsmc::checker
