// Files, whole or not at all.
// SPDX-License-Identifier: MIT
//
// A file written in place and interrupted is half a file: a temporary one in the same directory,
// fsync, rename and fsync of the directory leave the old or the new.  close() may be the first to
// report a full disk (NFS, quotas), so its result counts.
#include "traces/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr int kNamesTriedMax = 100;

[[noreturn]] void fail(int error, FileErrorKind otherwise, const char* doing,
                       const std::string& path) {
  FileErrorKind kind = otherwise;
  if (error == EACCES || error == EPERM) kind = FileErrorKind::no_permission;
  if (error == ENOSPC || error == EDQUOT || error == EIO) kind = FileErrorKind::io;
  throw FileError(kind, doing, path, std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  // Linux has released the descriptor even if close() fails (close(2)).
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// Beside its target, and gone unless it became the target.
class TemporaryFile {
 public:
  TemporaryFile(int directory, const std::string& path) : directory_(directory), path_(path) {
    for (int i = 0; i < kNamesTriedMax && fd_ < 0; ++i) {
      name_ = ".nsmc-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp";
      fd_ = ::openat(directory_, name_.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (fd_ < 0 && errno != EEXIST) break;
    }
    if (fd_ < 0) fail(errno, FileErrorKind::cannot_create, "create", path);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!renamed_) ::unlinkat(directory_, name_.c_str(), 0);
  }

  void fill(const std::function<void(const Sink&)>& produce) {
    Descriptor file(fd_);
    produce([&](std::string_view content) {
      while (!content.empty()) {
        const ssize_t written = ::write(file.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno, FileErrorKind::io, "write", path_);
        content.remove_prefix(static_cast<std::size_t>(written));
      }
    });
    if (::fsync(file.get()) != 0) fail(errno, FileErrorKind::io, "write", path_);
    if (!file.close()) fail(errno, FileErrorKind::io, "write", path_);
  }

  void become(const std::string& name) {
    if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0)
      fail(errno, FileErrorKind::cannot_create, "replace", path_);
    renamed_ = true;
  }

 private:
  int directory_;
  const std::string& path_;
  std::string name_;
  int fd_ = -1;
  bool renamed_ = false;
};

}  // namespace

FileError::FileError(FileErrorKind kind, const std::string& doing, const std::string& path,
                     const std::string& why)
    : std::runtime_error("cannot " + doing + " " + printable(path) + ": " + why),
      exit_code(static_cast<int>(kind)),
      kind_(kind),
      path_(path) {}

void write_atomically(const std::string& path, std::string_view content) {
  write_atomically(path, [content](const Sink& sink) { sink(content); });
}

void write_atomically(const std::string& path, const std::function<void(const Sink&)>& produce) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (name.empty()) fail(EISDIR, FileErrorKind::cannot_create, "create", path);
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) fail(errno, FileErrorKind::cannot_create, "create", path);
  TemporaryFile temporary(directory.get(), path);
  temporary.fill(produce);
  temporary.become(name);
  // Some file systems cannot sync a directory (EINVAL); the content is safe then all the same.
  if (::fsync(directory.get()) != 0 && errno != EINVAL)
    fail(errno, FileErrorKind::io, "write", path);
}

void create_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail(error.value(), FileErrorKind::cannot_create, "create", path);
}

std::string read_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.open()) fail(errno, FileErrorKind::no_input, "read", path);
  std::string content;
  std::array<char, std::size_t{1} << 16U> block;
  for (;;) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      fail(errno, errno == EISDIR ? FileErrorKind::no_input : FileErrorKind::io, "read", path);
    if (got == 0) return content;
    content.append(block.data(), static_cast<std::size_t>(got));
    if (content.size() > bytes_max)
      throw FileError(FileErrorKind::bad_data, "read", path,
                      "more than " + std::to_string(bytes_max) + " bytes");
  }
}

}  // namespace nsmc::traces
