// Numbers, texts and bytes one after another.
// SPDX-License-Identifier: MIT
#include "checker/checkpoint/fields.hpp"

#include <bit>
#include <cstring>

namespace nsmc::checker {

void FieldWriter::number(std::uint64_t value) { bytes(std::as_bytes(std::span(&value, 1))); }
void FieldWriter::numbers(std::span<const std::uint64_t> values) {
  number(values.size());
  bytes(std::as_bytes(values));
}
void FieldWriter::real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
void FieldWriter::text(std::string_view value) {
  number(value.size());
  bytes(std::as_bytes(std::span(value)));
}
void FieldWriter::bytes(std::span<const std::byte> value) {
  bytes_.insert(bytes_.end(), value.begin(), value.end());
}

FieldReader::FieldReader(const CheckpointReader& from, std::string_view section)
    : from_(from), bytes_(from.section(section)) {}

std::uint64_t FieldReader::number() {
  std::uint64_t value = 0;
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}
std::uint64_t FieldReader::number_up_to(std::uint64_t most) {
  const std::uint64_t value = number();
  if (value > most) from_.refuse("a number in it is too large");
  return value;
}
std::vector<std::uint64_t> FieldReader::numbers() {
  std::vector<std::uint64_t> values(number_up_to((bytes_.size() - at_) / sizeof(std::uint64_t)));
  bytes(std::as_writable_bytes(std::span(values)));
  return values;
}
double FieldReader::real() { return std::bit_cast<double>(number()); }
std::string FieldReader::text() {
  const auto value = take(number());
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}
void FieldReader::bytes(std::span<std::byte> to) {
  const auto value = take(to.size());
  if (!to.empty()) std::memcpy(to.data(), value.data(), to.size());
}
void FieldReader::end() const {
  if (at_ != bytes_.size()) from_.refuse("a section of it is too long");
}

std::span<const std::byte> FieldReader::take(std::size_t count) {
  if (count > bytes_.size() - at_) from_.refuse("a section of it is too short");
  at_ += count;
  return std::span(bytes_).subspan(at_ - count, count);
}

}  // namespace nsmc::checker
