// The writer of certificates; the reader is certify.cpp, which trusts nothing that stands here.
// SPDX-License-Identifier: MIT
#include "checker/certify/write.hpp"

#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace nsmc::certify {
namespace {

namespace fs = std::filesystem;

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum;
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto has no SHA-256");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += kDigits[sum[i] >> 4U];
    hex += kDigits[sum[i] & 15U];
  }
  return hex;
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

std::string write(const std::string& folder, const std::map<std::string, std::string>& theorems,
                  const std::vector<Obligation>& obligations) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw std::runtime_error("cannot create " + folder + ": " + error.message());
  if (!fs::is_empty(folder)) throw std::runtime_error(folder + " is not empty");

  std::map<std::string, std::map<std::string, std::pair<const Obligation*, int>>> by_theorem;
  for (const Obligation& o : obligations) {
    auto& [first, count] = by_theorem[o.theorem][o.script];
    if (first == nullptr) first = &o;
    ++count;
  }
  std::string manifest = "nsmc-certificate/1\n", rows;
  for (const auto& [theorem, scripts] : by_theorem) {
    manifest += "theorem\t" + theorem + "\t" + std::to_string(scripts.size()) + "\t" +
                theorems.at(theorem) + "\n";
    fs::create_directories(fs::path(folder) / theorem, error);
    int number = 0;
    for (const auto& [script, what] : scripts) {
      const std::string name = theorem + "/" + std::to_string(++number) + ".smt2";
      write_file(fs::path(folder) / name, script);
      const auto& [first, count] = what;
      const std::string others =
          count == 1 ? "" : " (and " + std::to_string(count - 1) + " more with the same formula)";
      rows += "obligation\t" + name + "\t" + sha256(script) + "\t" +
              (first->satisfiable ? "sat" : "unsat") + "\t" + theorem + "\t" + first->sentence +
              others + "\n";
    }
  }
  manifest += rows;
  manifest += "digest\t" + sha256(manifest) + "\n";
  write_file(fs::path(folder) / "MANIFEST.tsv", manifest);
  return sha256(manifest);
}

}  // namespace nsmc::certify
