// The strict front door for JSON from files: no surprise of depth, size, duplicates or encoding.
// SPDX-License-Identifier: MIT
//
// Parsed by nlohmann/json's SAX interface, which neither recurses nor builds; what it reports is
// laid flat into one array, so hostile nesting can exhaust nothing.  (Its DOM dies of a stack
// overflow when a document of depth 100,000 is copied or printed, and keeps the last of two
// duplicate keys.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nsmc::traces {

// A file that is not a trace: "name:line:column: what was found; the way out".
class TraceError : public std::runtime_error {
 public:
  TraceError(const std::string& name, std::size_t line, std::size_t column,
             const std::string& found, const std::string& way_out);

  static constexpr int exit_code = 65;  // EX_DATAERR
  std::size_t line() const { return line_; }
  std::size_t column() const { return column_; }  // in bytes, from 1

 private:
  std::size_t line_;
  std::size_t column_;
};

struct JsonLimits {
  std::size_t bytes_max = std::size_t{256} << 20U;
  std::size_t depth_max = 16;
  std::size_t string_bytes_max = std::size_t{64} << 10U;
  std::size_t values_max = std::size_t{1} << 25U;  // 56 bytes each in memory
};

enum class JsonKind : std::uint8_t { object, array, string, number, boolean, null };

// A value, and by its place in the document's array the head of its subtree: the values inside it
// follow directly.  Never copied out of the document.
struct JsonNode {
  JsonKind kind = JsonKind::null;
  std::uint32_t size = 1;        // nodes in the subtree, this one included
  std::uint32_t behind = 0;      // offset behind its (first) token
  std::uint32_t behind_key = 0;  // ... behind its key, if it is a member of an object
  std::string_view key;
  std::string_view text;  // a string decoded; a number or boolean as it is written

  struct Iterator {
    const JsonNode* at;
    const JsonNode& operator*() const { return *at; }
    void operator++() { at += at->size; }
    bool operator==(const Iterator&) const = default;
  };
  Iterator begin() const { return {this + 1}; }
  Iterator end() const { return {this + size}; }
};

const char* name_of(JsonKind kind);  // "an object"

class JsonDocument {
 public:
  // Throws TraceError.  `name` is for messages.
  // REQUIRES: `text` outlives the document; limits.bytes_max < 4 GiB.
  JsonDocument(std::string_view text, std::string name, const JsonLimits& limits = {});

  const JsonNode& root() const { return nodes_.front(); }
  // The member `key` of an object, or null.
  static const JsonNode* member(const JsonNode& object, std::string_view key);

  // Throws TraceError, pointing at the value or at its key.
  [[noreturn]] void refuse(const JsonNode& at, const std::string& found,
                           const std::string& way_out) const;
  [[noreturn]] void refuse_key(const JsonNode& at, const std::string& found,
                               const std::string& way_out) const;

 private:
  class Builder;

  [[noreturn]] void refuse_at(std::size_t offset, const std::string& found,
                              const std::string& way_out) const;
  std::size_t token_start(std::size_t behind) const;

  std::string_view text_;
  std::string name_;
  std::vector<JsonNode> nodes_;
  std::deque<std::string> decoded_;  // strings that are not in `text_` as they are: escapes
};

}  // namespace nsmc::traces
