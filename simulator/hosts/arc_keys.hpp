// The key files by which a simulated Azure Arc agent sees that a caller may read what root may.
#pragma once

#include "simulator/hosts/private_directory.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// A key is good for one request. One thread at a time.
class arc_keys {
 public:
  /// Throws as private_directory does.
  explicit arc_keys(const std::string& directory);

  [[nodiscard]] const std::string& directory() const noexcept { return directory_.path(); }

  /// Writes a key to a new file; its path. The oldest one goes when there are many that nobody has
  /// used. Throws std::system_error when there is no room.
  std::string challenge();

  /// Whether this is a key that is still good; it is not from then on, and its file is gone.
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
