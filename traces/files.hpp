// Files, whole or not at all.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nsmc::traces {

// Which exit code (sysexits.h) the failure deserves.
enum class FileErrorKind : int {
  bad_data = 65,       // larger than anything that is a trace
  no_input = 66,       // what should be read does not exist
  cannot_create = 73,  // no such directory, a directory is in the way, ...
  io = 74,             // disk full, broken disk: also when only close() says so
  no_permission = 77
};

// "cannot write out/I20.itf.json: No space left on device".
class FileError : public std::runtime_error {
 public:
  FileError(FileErrorKind kind, const std::string& doing, const std::string& path,
            const std::string& why);

  FileErrorKind kind() const { return kind_; }
  const std::string& path() const { return path_; }
  const int exit_code;

 private:
  FileErrorKind kind_;
  std::string path_;
};

// After this `path` has the new content, durably, or what it had before.  A symbolic link at
// `path` is replaced, not followed.  Throws FileError, and leaves no temporary file behind.
void write_atomically(const std::string& path, std::string_view content);

// The same for what is too large to be held: `produce` gives it piece by piece.
using Sink = std::function<void(std::string_view)>;
void write_atomically(const std::string& path, const std::function<void(const Sink&)>& produce);

// The folder and those above it, if they are not there yet.  Throws FileError.
void create_folder(const std::string& path);

// The whole file; of any kind, so that a pipe will do.  Throws FileError.
std::string read_file(const std::string& path, std::size_t bytes_max = std::size_t{256} << 20U);

}  // namespace nsmc::traces
