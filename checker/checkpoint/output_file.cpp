// A file that becomes what it shall be at once: a temporary one beside it, fsync, rename.
// SPDX-License-Identifier: MIT
//
// The temporary file has a fixed name: what a killed process leaves is overwritten by the next one,
// and does not pile up.  So two processes could write the same one, and a lock forbids that.
#include "checker/checkpoint/output_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "checker/checkpoint/checkpoint_file.hpp"

namespace nsmc::checker::checkpoint {

Descriptor::~Descriptor() { close(); }
void Descriptor::reset(int fd) {
  close();
  fd_ = fd;
}
// Linux has released the descriptor even if close() fails (close(2)).
bool Descriptor::close() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

OutputFile::OutputFile(const std::string& path) : path_(path) {
  const std::size_t slash = path.rfind('/');
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  folder_ = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  temporary_ = name_ + ".tmp";
  if (name_.empty()) fail(EISDIR, "cannot be created");
  directory_.reset(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_.is_open()) fail(errno, "cannot be created");
  struct stat there {};
  if (::fstatat(directory_.get(), name_.c_str(), &there, 0) == 0 && !S_ISREG(there.st_mode))
    fail(S_ISDIR(there.st_mode) ? EISDIR : EEXIST, "cannot be replaced");
  open_alone();
}

// The file that is locked may have become PATH, or have been removed, since it was opened: then
// there is a new one to be made.
void OutputFile::open_alone() {
  for (;;) {
    file_.reset(::openat(directory_.get(), temporary_.c_str(),
                         O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file_.is_open()) fail(errno, "cannot be created");
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) fail(errno, "cannot be created");
    struct stat mine {};
    struct stat named {};
    if (::fstat(file_.get(), &mine) != 0) fail(errno, "cannot be created");
    if (::fstatat(directory_.get(), temporary_.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0 ||
        named.st_ino != mine.st_ino || named.st_dev != mine.st_dev)
      continue;
    is_temporary_ = true;
    if (::ftruncate(file_.get(), 0) != 0) fail(errno, "cannot be created");
    return;
  }
}

OutputFile::~OutputFile() {
  if (is_temporary_) ::unlinkat(directory_.get(), temporary_.c_str(), 0);
}

void OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno, "cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// The lock is held until the name is the new one's.
void OutputFile::become_path() {
  if (::fsync(file_.get()) != 0) fail(errno, "cannot be written");
  if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) != 0)
    fail(errno, "cannot be replaced");
  is_temporary_ = false;
  // Some file systems cannot sync a directory (EINVAL); the content is safe then all the same.
  if (::fsync(directory_.get()) != 0 && errno != EINVAL) fail(errno, "cannot be written");
  if (!file_.close()) fail(errno, "cannot be written");
}

void OutputFile::fail(int error, const char* doing) const {
  using Kind = CheckpointError::Kind;
  const std::string why = std::string(doing) + ": " +
                          (error == EWOULDBLOCK ? "another process is writing it"
                                                : std::generic_category().message(error));
  if (error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG)
    throw CheckpointError(Kind::io, path_, why, "free some space, or name a file on another disk");
  if (error == EACCES || error == EPERM || error == EROFS)
    throw CheckpointError(Kind::no_permission, path_, why,
                          "name a file in a directory that you may write");
  throw CheckpointError(Kind::cannot_create, path_, why, "name another file");
}

}  // namespace nsmc::checker::checkpoint
