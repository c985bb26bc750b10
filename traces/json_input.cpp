// The strict front door for JSON from files: no surprise of depth, size, duplicates or encoding.
// SPDX-License-Identifier: MIT
#include "traces/json_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::size_t kQuotedColumnsMax = 60;  // of the file, in a message

// Bytes of the text, telling how far the parser has read: its SAX events carry no position.
struct Tracked {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** read;

  const char& operator*() const { return *at; }
  Tracked& operator++() {
    *read = ++at;
    return *this;
  }
  Tracked operator++(int) {
    Tracked old = *this;
    ++*this;
    return old;
  }
  bool operator==(const Tracked& other) const { return at == other.at; }
  bool operator!=(const Tracked& other) const { return at != other.at; }
};

bool in_bare_token(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' ||
         c == '.';
}

std::string quoted(std::string_view text) {
  return "\"" + shortened(printable(text), kQuotedColumnsMax) + "\"";
}

}  // namespace

TraceError::TraceError(const std::string& name, std::size_t line, std::size_t column,
                       const std::string& found, const std::string& way_out)
    : std::runtime_error(
          fmt::format("{}:{}:{}: {}; {}", printable(name), line, column, found, way_out)),
      line_(line),
      column_(column) {}

const char* name_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::object:
      return "an object";
    case JsonKind::array:
      return "an array";
    case JsonKind::string:
      return "a string";
    case JsonKind::number:
      return "a bare number";
    case JsonKind::boolean:
      return "true or false";
    case JsonKind::null:
      break;
  }
  return "null";
}

// Lays the parser's events into the document's array.
class JsonDocument::Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(JsonDocument& document, const JsonLimits& limits)
      : document_(document), limits_(limits), read_(document.text_.data()) {}

  void run() {
    const std::string_view text = document_.text_;
    const Tracked first{text.data(), &read_};
    const Tracked last{text.data() + text.size(), &read_};
    nlohmann::json::sax_parse(first, last, this);
  }

  bool null() override { return bare(JsonKind::null); }
  bool boolean(bool) override { return bare(JsonKind::boolean); }
  bool number_integer(number_integer_t) override { return bare(JsonKind::number); }
  bool number_unsigned(number_unsigned_t) override { return bare(JsonKind::number); }
  bool number_float(number_float_t, const string_t&) override { return bare(JsonKind::number); }
  bool binary(binary_t&) override { return false; }  // not in JSON text
  bool string(string_t& value) override {
    add(JsonKind::string, offset()).text = kept(value);
    return true;
  }
  bool key(string_t& value) override {
    key_ = kept(value);
    behind_key_ = offset();
    if (!open_.back().keys.insert(key_).second)
      document_.refuse_at(document_.token_start(offset()),
                          "the key " + quoted(key_) + " appears twice in one object",
                          "remove one of them: which is meant cannot be known");
    return true;
  }
  bool start_object(std::size_t) override { return open(JsonKind::object); }
  bool start_array(std::size_t) override { return open(JsonKind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
    std::string_view says = error.what();
    says.remove_prefix(std::min(says.size(), says.find("] ") + 2));
    if (says.starts_with("parse error at ")) says.remove_prefix(says.find(": ") + 2);
    const bool at_end = offset() == document_.text_.size();
    const bool trailing = says.find("; expected end of input") != std::string_view::npos;
    const char* way_out = trailing ? "nothing may follow the closing brace"
                          : at_end ? "the file is cut short: copy it or record it again"
                                   : "the file must be strict JSON (RFC 8259) in UTF-8";
    // What is unexpected is a whole token, or the byte read last.
    std::size_t at = offset() - (offset() > 0 && !at_end ? 1 : 0);
    if (says.starts_with("number overflow") ||
        says.find(" literal; expected") != std::string_view::npos)
      at = document_.token_start(behind_bare());
    document_.refuse_at(at, shortened(printable(says), 3 * kQuotedColumnsMax), way_out);
  }

 private:
  // An object or array whose end was not read yet.
  struct Open {
    std::size_t node;
    std::unordered_set<std::string_view> keys;
  };

  std::size_t offset() const { return static_cast<std::size_t>(read_ - document_.text_.data()); }

  JsonNode& add(JsonKind kind, std::size_t behind) {
    if (document_.nodes_.size() >= limits_.values_max)
      document_.refuse_at(document_.token_start(behind),
                          fmt::format("more than {} values", limits_.values_max),
                          "shorten the trace");
    JsonNode& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.behind = static_cast<std::uint32_t>(behind);
    node.behind_key = static_cast<std::uint32_t>(behind_key_);
    node.key = std::exchange(key_, {});
    return node;
  }

  // A number's end is known only by the byte behind it, which then is read already.
  std::size_t behind_bare() const {
    const char last = document_.text_[offset() - 1];
    return offset() - (in_bare_token(last) || last == '"' ? 0 : 1);
  }

  bool bare(JsonKind kind) {
    const std::size_t behind = behind_bare();
    const std::size_t start = document_.token_start(behind);
    add(kind, behind).text = document_.text_.substr(start, behind - start);
    return true;
  }

  bool open(JsonKind kind) {
    if (open_.size() >= limits_.depth_max)
      document_.refuse_at(offset() - 1, fmt::format("nested deeper than {}", limits_.depth_max),
                          "a trace needs a depth of 4");
    add(kind, offset());
    open_.push_back({document_.nodes_.size() - 1, {}});
    return true;
  }

  bool close() {
    const std::size_t node = open_.back().node;
    document_.nodes_[node].size = static_cast<std::uint32_t>(document_.nodes_.size() - node);
    open_.pop_back();
    return true;
  }

  // A string without escapes stands in the text just before its closing quote.
  std::string_view kept(std::string& value) {
    if (value.size() > limits_.string_bytes_max)
      document_.refuse_at(document_.token_start(offset()),
                          fmt::format("a string of {} bytes", value.size()),
                          fmt::format("at most {} are read", limits_.string_bytes_max));
    if (offset() > value.size()) {
      const std::size_t start = offset() - 1 - value.size();
      const std::string_view written = document_.text_.substr(start, value.size());
      if (written == value) return written;
    }
    return document_.decoded_.emplace_back(std::move(value));
  }

  JsonDocument& document_;
  const JsonLimits& limits_;
  const char* read_;
  std::vector<Open> open_;
  std::string_view key_;
  std::size_t behind_key_ = 0;
};

JsonDocument::JsonDocument(std::string_view text, std::string name, const JsonLimits& limits)
    : text_(text), name_(std::move(name)) {
  if (text.size() > limits.bytes_max)
    refuse_at(0, fmt::format("the file has {} bytes", text.size()),
              fmt::format("at most {} are read", limits.bytes_max));
  // The parser skips the first and takes the second for the end of the text.
  if (text.starts_with("\xEF\xBB\xBF")) refuse_at(0, "a byte order mark", "remove it");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    refuse_at(nul, "a NUL byte", "the file is damaged: copy it or record it again");
  Builder(*this, limits).run();
}

const JsonNode* JsonDocument::member(const JsonNode& object, std::string_view key) {
  for (const JsonNode& child : object)
    if (child.key == key) return &child;
  return nullptr;
}

void JsonDocument::refuse(const JsonNode& at, const std::string& found,
                          const std::string& way_out) const {
  refuse_at(token_start(at.behind), found, way_out);
}

void JsonDocument::refuse_key(const JsonNode& at, const std::string& found,
                              const std::string& way_out) const {
  refuse_at(token_start(at.behind_key), found, way_out);
}

void JsonDocument::refuse_at(std::size_t offset, const std::string& found,
                             const std::string& way_out) const {
  const std::string_view before = text_.substr(0, offset);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? offset + 1 : offset - newline;
  throw TraceError(name_, line, column, found, way_out);
}

// Tokens are read backwards: only errors need their start.
std::size_t JsonDocument::token_start(std::size_t behind) const {
  std::size_t start = behind - 1;
  if (text_[start] == '"') {
    const auto escaped = [this](std::size_t at) {
      std::size_t backslashes = 0;
      while (backslashes < at && text_[at - 1 - backslashes] == '\\') ++backslashes;
      return backslashes % 2 == 1;
    };
    if (start > 0) --start;
    while (start > 0 && (text_[start] != '"' || escaped(start))) --start;
    return start;
  }
  while (in_bare_token(text_[start]) && start > 0 && in_bare_token(text_[start - 1])) --start;
  return start;
}

}  // namespace nsmc::traces
