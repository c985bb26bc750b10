// Checkpoints written: sections cut into blocks, packed, each with a checksum.
// SPDX-License-Identifier: MIT
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/checkpoint/format.hpp"
#include "checker/checkpoint/output_file.hpp"

namespace nsmc::checker {

using checkpoint::Block;

class CheckpointWriter::Implementation {
 public:
  Implementation(const std::string& path, std::string_view identity)
      : path_(path), file_(path), context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    if (context_ == nullptr) throw std::bad_alloc();
    // The fastest level that packs at all: a search waits for it.
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 1);
    packed_.resize(ZSTD_compressBound(checkpoint::kBlock));
    unpacked_.reserve(checkpoint::kBlock);
    write_header(identity);
  }

  void section(std::string_view name, std::span<const std::byte> piece) {
    if (name.empty() || name.size() > checkpoint::kNameMax || name == checkpoint::kEnd)
      throw std::logic_error("no name for a section: " + std::string(name));
    if (name != name_) {
      flush();
      name_ = name;
    }
    while (!piece.empty()) {
      const std::size_t count = std::min(piece.size(), checkpoint::kBlock - unpacked_.size());
      const auto first = piece.first(count);
      unpacked_.insert(unpacked_.end(), first.begin(), first.end());
      piece = piece.subspan(count);
      if (unpacked_.size() == checkpoint::kBlock) write_block();
    }
  }

  void commit() {
    flush();
    put({}, checkpoint::kEnd, 0);
    file_.become_path();
  }

  std::uint64_t bytes() const { return bytes_; }

 private:
  void write_header(std::string_view identity) {
    if (identity.size() > checkpoint::kIdentityMax)
      throw std::logic_error("an identity is at most a MiB long");
    checkpoint::Header header;
    header.identity_bytes = static_cast<std::uint32_t>(identity.size());
    std::vector<std::byte> bytes(sizeof header + identity.size() + sizeof before_);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, identity.data(), identity.size());
    const std::size_t upto = bytes.size() - sizeof before_;
    before_ = checkpoint::checksum(std::span(bytes).first(upto), 0);
    std::memcpy(bytes.data() + upto, &before_, sizeof before_);
    write(bytes);
  }

  // What is left of a section; one without bytes is there too.
  void flush() {
    if (!name_.empty() && (!unpacked_.empty() || !has_block_)) write_block();
    name_.clear();
    has_block_ = false;
  }
  void write_block() {
    const std::size_t size = ZSTD_compress2(context_.get(), packed_.data(), packed_.size(),
                                            unpacked_.data(), unpacked_.size());
    if (ZSTD_isError(size) != 0)
      throw CheckpointError(CheckpointError::Kind::io, path_,
                            std::string("cannot be packed: ") + ZSTD_getErrorName(size),
                            "go on without checkpoints");
    put(std::span(packed_).first(size), name_, unpacked_.size());
    unpacked_.clear();
    has_block_ = true;
  }
  void put(std::span<const std::byte> packed, std::string_view name, std::size_t bytes) {
    Block block;
    std::copy(name.begin(), name.end(), block.name.begin());
    block.number = blocks_++;
    block.bytes = static_cast<std::uint32_t>(bytes);
    block.packed_bytes = static_cast<std::uint32_t>(packed.size());
    before_ = block.checksum = checkpoint::checksum_of(block, packed, before_);
    write(std::as_bytes(std::span(&block, 1)));
    write(packed);
  }
  void write(std::span<const std::byte> bytes) {
    file_.write(bytes);
    bytes_ += bytes.size();
  }

  std::string path_;
  checkpoint::OutputFile file_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  std::string name_;        // of the section that is being written
  bool has_block_ = false;  // of it, in the file
  std::uint64_t blocks_ = 0;
  std::uint64_t before_ = 0;  // the checksum of what was written last
  std::uint64_t bytes_ = 0;
  std::vector<std::byte> unpacked_, packed_;
};

CheckpointWriter::CheckpointWriter(const std::string& path, std::string_view identity)
    : it_(std::make_unique<Implementation>(path, identity)) {}
CheckpointWriter::~CheckpointWriter() = default;
void CheckpointWriter::section(std::string_view name, std::span<const std::byte> piece) {
  it_->section(name, piece);
}
void CheckpointWriter::commit() { it_->commit(); }
std::uint64_t CheckpointWriter::bytes() const { return it_->bytes(); }

}  // namespace nsmc::checker
