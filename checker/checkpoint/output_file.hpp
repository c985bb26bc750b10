// A file that becomes what it shall be at once: a temporary one beside it, fsync, rename.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace nsmc::checker::checkpoint {

// A descriptor that is closed when it is no longer needed.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  void reset(int fd);
  bool close();  // false: what was written is not there

 private:
  int fd_;
};

// Writes PATH.tmp, and renames it.  One process at a time can do so.  Throws CheckpointError.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::span<const std::byte> bytes);
  void become_path();

 private:
  void open_alone();
  [[noreturn]] void fail(int error, const char* doing) const;

  std::string path_, folder_, name_, temporary_;
  Descriptor directory_, file_;
  bool is_temporary_ = false;
};

}  // namespace nsmc::checker::checkpoint
