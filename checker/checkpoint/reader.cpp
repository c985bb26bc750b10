// Checkpoints read: nothing is believed before all of it was looked at.
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/checkpoint/format.hpp"
#include "checker/checkpoint/output_file.hpp"

namespace nsmc::checker {
namespace {

using checkpoint::Block;
using Kind = CheckpointError::Kind;

std::string_view name_of(const Block& block) { return block.name.data(); }

std::string_view first_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// "" if there is no difference.
std::string difference(std::string_view theirs, std::string_view ours) {
  while (!theirs.empty() || !ours.empty()) {
    const std::string_view a = first_line(theirs);
    const std::string_view b = first_line(ours);
    if (a != b)
      return "it is of another search: it has `" + std::string(a) + "`, and this one has `" +
             std::string(b) + "`";
  }
  return "";
}

}  // namespace

class CheckpointReader::Implementation {
 public:
  // A block, and where its packed bytes begin.
  struct Place {
    Block block;
    std::uint64_t at;
    std::uint64_t before;  // the checksum of what comes before it
  };

  Implementation(std::string path, std::string_view identity)
      : path_(std::move(path)), context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (context_ == nullptr) throw std::bad_alloc();
    open();
    read_header(identity);
    std::vector<std::byte> packed;
    while (read_block(packed)) continue;
  }

  const std::vector<Place>& places() const { return places_; }
  std::vector<std::size_t> numbers(std::string_view name) const {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (name_of(places_[i].block) == name) numbers.push_back(i);
    return numbers;
  }

  void unpack(std::size_t number, std::vector<std::byte>& to) const {
    const Place& place = places_[number];
    packed_.resize(place.block.packed_bytes);
    read_at(place.at, packed_);
    if (checkpoint::checksum_of(place.block, packed_, place.before) != place.block.checksum)
      refuse("it was changed while it was read");
    to.resize(place.block.bytes);
    const std::size_t size =
        ZSTD_decompressDCtx(context_.get(), to.data(), to.size(), packed_.data(), packed_.size());
    if (ZSTD_isError(size) != 0 || size != to.size()) refuse("a block of it cannot be unpacked");
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw CheckpointError(Kind::bad_data, path_, why,
                          "remove it to begin anew, or name another file");
  }

 private:
  void open() {
    file_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat there {};
    if (!file_.is_open() || ::fstat(file_.get(), &there) != 0) fail(errno);
    if (!S_ISREG(there.st_mode)) refuse("it is not a file");
    bytes_ = static_cast<std::uint64_t>(there.st_size);
  }

  void read_header(std::string_view identity) {
    checkpoint::Header header;
    if (bytes_ < sizeof header) refuse("it is no checkpoint");
    take(std::as_writable_bytes(std::span(&header, 1)));
    if (header.magic != checkpoint::kMagic) refuse("it is no checkpoint");
    if (header.version != checkpoint::kVersion)
      refuse("it has format version " + std::to_string(header.version) + ", and this program has " +
             std::to_string(checkpoint::kVersion));
    if (header.identity_bytes > checkpoint::kIdentityMax || left() < header.identity_bytes)
      refuse("its header is damaged");
    std::vector<std::byte> bytes(sizeof header + header.identity_bytes);
    std::memcpy(bytes.data(), &header, sizeof header);
    take(std::span(bytes).subspan(sizeof header));
    std::uint64_t checksum = 0;
    if (left() < sizeof checksum) refuse("its header is cut off");
    take(std::as_writable_bytes(std::span(&checksum, 1)));
    before_ = checkpoint::checksum(bytes, 0);
    if (checksum != before_) refuse("its header is damaged");
    const std::string other = difference(
        {reinterpret_cast<const char*>(bytes.data()) + sizeof header, header.identity_bytes},
        identity);
    if (!other.empty()) refuse(other);
  }

  // False: it was the end.
  bool read_block(std::vector<std::byte>& packed) {
    Place place{};
    Block& block = place.block;
    place.before = before_;
    if (left() < sizeof block) refuse("it is cut off");
    take(std::as_writable_bytes(std::span(&block, 1)));
    if (block.name.back() != 0 || block.bytes > checkpoint::kBlock ||
        block.number != places_.size() ||
        block.packed_bytes > ZSTD_compressBound(checkpoint::kBlock))
      refuse("a block of it is damaged");
    if (left() < block.packed_bytes) refuse("it is cut off");
    place.at = at_;
    packed.resize(block.packed_bytes);
    take(packed);
    before_ = checkpoint::checksum_of(block, packed, before_);
    if (before_ != block.checksum) refuse("a block of it is damaged");
    if (name_of(block) == checkpoint::kEnd) {
      if (left() != 0) refuse("something was added to it");
      return false;
    }
    places_.push_back(place);
    return true;
  }

  std::uint64_t left() const { return bytes_ - at_; }
  void take(std::span<std::byte> to) {
    read_at(at_, to);
    at_ += to.size();
  }
  void read_at(std::uint64_t at, std::span<std::byte> to) const {
    while (!to.empty()) {
      const ssize_t got = ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(errno);
      if (got == 0) refuse("it was changed while it was read");
      at += static_cast<std::uint64_t>(got);
      to = to.subspan(static_cast<std::size_t>(got));
    }
  }

  [[noreturn]] void fail(int error) const {
    const Kind kind = error == EACCES || error == EPERM ? Kind::no_permission
                      : error == EIO                    ? Kind::io
                                                        : Kind::no_input;
    throw CheckpointError(kind, path_, "cannot be read: " + std::generic_category().message(error),
                          "name another file");
  }

  std::string path_;
  checkpoint::Descriptor file_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  std::uint64_t bytes_ = 0, at_ = 0;
  std::uint64_t before_ = 0;
  std::vector<Place> places_;
  mutable std::vector<std::byte> packed_;
};

CheckpointReader::CheckpointReader(const std::string& path, std::string_view identity)
    : it_(std::make_unique<Implementation>(path, identity)) {}
CheckpointReader::~CheckpointReader() = default;

bool CheckpointReader::has(std::string_view name) const { return !it_->numbers(name).empty(); }

std::uint64_t CheckpointReader::size_of(std::string_view name) const {
  std::uint64_t bytes = 0;
  for (const std::size_t i : it_->numbers(name)) bytes += it_->places()[i].block.bytes;
  return bytes;
}

CheckpointSection CheckpointReader::open(std::string_view name) const {
  return {*this, it_->numbers(name)};
}

std::vector<std::byte> CheckpointReader::section(std::string_view name) const {
  std::vector<std::byte> all(size_of(name));
  open(name).read(all);
  return all;
}

void CheckpointReader::refuse(const std::string& why) const { it_->refuse(why); }

CheckpointSection::CheckpointSection(const CheckpointReader& reader,
                                     std::vector<std::size_t> blocks)
    : reader_(&reader), blocks_(std::move(blocks)) {}

std::size_t CheckpointSection::read(std::span<std::byte> to) {
  std::size_t done = 0;
  while (done < to.size()) {
    if (read_ == unpacked_.size()) {
      if (next_ == blocks_.size()) break;
      reader_->it_->unpack(blocks_[next_++], unpacked_);
      read_ = 0;
    }
    const std::size_t count = std::min(to.size() - done, unpacked_.size() - read_);
    std::memcpy(to.data() + done, unpacked_.data() + read_, count);
    done += count;
    read_ += count;
  }
  return done;
}

bool checkpoint_exists(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0;
}

}  // namespace nsmc::checker
