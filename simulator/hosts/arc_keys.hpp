// The key files of a simulated Azure Arc agent. A caller that can read one has the privileges that
// the agent requires.
#pragma once

#include "simulator/hosts/private_directory.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// Each key is valid for one request. One thread at a time.
class arc_keys {
 public:
  /// Throws as private_directory does.
  explicit arc_keys(const std::string& directory);

  [[nodiscard]] const std::string& directory() const noexcept { return directory_.path(); }

  /// Writes a key to a new file and returns its path. Removes the oldest key if 1,024 are unused.
  /// Throws std::system_error if the file cannot be written.
  std::string challenge();

  /// Whether the key is valid. If so, invalidates it and removes its file.
  bool redeem(std::string_view key);

 private:
  struct issued_key {
    std::string file;
    std::string key;
  };

  private_directory directory_;
  std::deque<issued_key> issued_;
};

}  // namespace midas::internal::simulator
