// A directory for a token store, and tokens to put there.
#pragma once

#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include <midas/token_store.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace midas::internal::test {

/// Removed at the end, with everything in it.
class store_directory {
 public:
  store_directory() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  store_directory(const store_directory&) = delete;
  store_directory& operator=(const store_directory&) = delete;
  ~store_directory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path() const { return path_; }
  [[nodiscard]] std::string file() const { return path_ + "/tokens.json"; }
  [[nodiscard]] std::string lock() const { return file() + ".lockfile"; }

  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream{file()} << text;
    REQUIRE(::chmod(file().c_str(), mode) == 0);
  }
  [[nodiscard]] std::string text() const { return file_text(file()); }

  /// The names of all files.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& each : std::filesystem::directory_iterator{path_}) {
      result.push_back(each.path().filename());
    }
    std::ranges::sort(result);
    return result;
  }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "midas-store-XXXXXX").string();
};

inline stored_token a_token(const std::string& resource, const std::string& secret_text = "a-token",
                            managed_identity identity = managed_identity::system_assigned()) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  stored_token result;
  result.identity = std::move(identity);
  result.grant.token = secret{secret_text};
  result.grant.resource = resource;
  result.grant.expires_on = now + std::chrono::hours{8};
  result.cached_at = now;
  return result;
}

inline std::vector<std::string> resources_of(const std::vector<stored_token>& tokens) {
  std::vector<std::string> result;
  result.reserve(tokens.size());
  for (const auto& each : tokens) {
    result.push_back(each.grant.resource);
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace midas::internal::test
