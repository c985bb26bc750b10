// Room on disk for what does not fit into memory: a file without a name, gone with the process.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "checker/checkpoint/output_file.hpp"

namespace nsmc::checker {

class SpillFile {
 public:
  // Throws CheckpointError if there can be no file in this folder.
  explicit SpillFile(const std::string& folder);

  // False if there is no room; then failure() says why.
  bool write(std::uint64_t at, std::span<const std::byte> bytes);
  // What was written.  Throws CheckpointError.
  void read(std::uint64_t at, std::span<std::byte> to) const;

  int descriptor() const { return file_.get(); }
  const std::string& failure() const { return failure_; }

 private:
  std::string folder_;
  checkpoint::Descriptor file_;
  std::string failure_;
};

}  // namespace nsmc::checker
