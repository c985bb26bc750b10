// A file from which a search goes on: written whole or not at all, and refused if a bit is wrong.
// SPDX-License-Identifier: MIT
//
// Named sections of bytes, cut into blocks that zstd packs.  Each block has a checksum that begins
// with that of the block before it, so blocks cannot be lost, repeated or swapped, nor come from
// another file; the last one says that it is the last.  docs/long-runs.md tells what a user sees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nsmc::checker {

// "FILE: why; the way out".
class CheckpointError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    no_input,       // there is no such file
    bad_data,       // it is damaged, or of something else
    cannot_create,  // no such directory, a directory is in the way, somebody else writes it
    io,             // disk full, broken disk
    no_permission,
    memory  // what it has does not fit below the limit
  };
  CheckpointError(Kind kind, const std::string& path, const std::string& why,
                  const std::string& way_out)
      : std::runtime_error(path + ": " + why + "; " + way_out), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// Everything goes to PATH.tmp in the same directory; commit() makes it PATH, durably.  Until then
// PATH is what it was.  All members throw CheckpointError.
//
// `identity`: lines `name value` that say what was searched, and by which program.  Whoever reads
// the file has to give the same ones.
class CheckpointWriter {
 public:
  CheckpointWriter(const std::string& path, std::string_view identity);
  ~CheckpointWriter();  // removes the temporary file, unless it was committed
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // Adds to the section of this name, of 1 to 15 characters.
  void section(std::string_view name, std::span<const std::byte> piece);
  void commit();

  std::uint64_t bytes() const;  // of the file so far

 private:
  class Implementation;
  std::unique_ptr<Implementation> it_;
};

class CheckpointReader;

// One section, from its beginning on.  REQUIRES: the reader lives.
class CheckpointSection {
 public:
  // Fills `to` as far as the section goes: fewer bytes at its end only.
  std::size_t read(std::span<std::byte> to);

 private:
  friend class CheckpointReader;
  CheckpointSection(const CheckpointReader& reader, std::vector<std::size_t> blocks);

  const CheckpointReader* reader_;
  std::vector<std::size_t> blocks_;  // by number
  std::size_t next_ = 0;             // of blocks_
  std::vector<std::byte> unpacked_;  // the block that is being read ...
  std::size_t read_ = 0;             // ... up to here
};

// The constructor looks at every bit of the file, so that no search begins with half of one.  All
// members throw CheckpointError.
class CheckpointReader {
 public:
  CheckpointReader(const std::string& path, std::string_view identity);
  ~CheckpointReader();
  CheckpointReader(const CheckpointReader&) = delete;
  CheckpointReader& operator=(const CheckpointReader&) = delete;

  bool has(std::string_view name) const;
  std::uint64_t size_of(std::string_view name) const;  // in bytes; 0 if it is not there
  CheckpointSection open(std::string_view name) const;
  std::vector<std::byte> section(std::string_view name) const;  // all of it

  // Of what a section says, if it cannot be true.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  friend class CheckpointSection;
  class Implementation;
  std::unique_ptr<Implementation> it_;
};

// Whether there is a file of this name, of any kind.
bool checkpoint_exists(const std::string& path);

}  // namespace nsmc::checker
