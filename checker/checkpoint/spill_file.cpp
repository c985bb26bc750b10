// Room on disk for what does not fit into memory.
// SPDX-License-Identifier: MIT
#include "checker/checkpoint/spill_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "checker/checkpoint/checkpoint_file.hpp"

namespace nsmc::checker {
namespace {

using Kind = CheckpointError::Kind;

std::string text_of(int error) { return std::generic_category().message(error); }

}  // namespace

SpillFile::SpillFile(const std::string& folder) : folder_(folder) {
  file_.reset(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (!file_.is_open() && (errno == EOPNOTSUPP || errno == EISDIR)) {
    std::string name = folder + "/.nsmc-XXXXXX";
    file_.reset(::mkostemp(name.data(), O_CLOEXEC));
    if (file_.is_open()) ::unlink(name.c_str());
  }
  if (file_.is_open()) return;
  const bool forbidden = errno == EACCES || errno == EPERM || errno == EROFS;
  throw CheckpointError(forbidden ? Kind::no_permission : Kind::cannot_create, folder,
                        "there can be no file in it: " + text_of(errno), "name another folder");
}

bool SpillFile::write(std::uint64_t at, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      failure_ = "no more room in " + folder_ + " (" + text_of(errno) + ")";
      return false;
    }
    at += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

void SpillFile::read(std::uint64_t at, std::span<std::byte> to) const {
  while (!to.empty()) {
    const ssize_t got = ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw CheckpointError(Kind::io, folder_,
                            "what was put there cannot be read: " + text_of(got < 0 ? errno : EIO),
                            "name another folder");
    at += static_cast<std::uint64_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace nsmc::checker
