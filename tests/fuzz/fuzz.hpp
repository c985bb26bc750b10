// What every fuzzed reader promises, as a check that ends the process: the fuzzer's finding.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// A target is one file with this function: it returns 0 for any input, whether that is accepted or
// refused in the way that the reader documents.  An exception that leaves it is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nsmc::fuzz {

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool promise, std::string_view what) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// Whatever an input holds, a terminal is sent no control bytes but line ends.
inline void require_printable(std::string_view text) {
  for (const char c : text)
    require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f),
            "a control byte reaches the terminal");
}

}  // namespace nsmc::fuzz
