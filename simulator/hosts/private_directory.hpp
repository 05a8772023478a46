// A directory for the files by which a simulated host proves something, gone when the host is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// Holds files that only this user may read. One thread at a time.
class private_directory {
 public:
  /// An empty path: a new directory (0700) under TMPDIR. Another one is made if it is missing, with
  /// those above it, and otherwise used as it is. Throws std::system_error, naming the directory
  /// and what to do.
  explicit private_directory(const std::string& path = {});
  /// Removes the files that it wrote, and the directories that it made, if nothing else is in them.
  ~private_directory();
  private_directory(const private_directory&) = delete;
  private_directory& operator=(const private_directory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Writes a new file (0600); its path. Throws std::system_error when there is one of that name,
  /// or no room.
  std::string write(std::string_view name, std::string_view content);
  /// Removes a file that write() named; nothing when it has gone.
  void remove(std::string_view path);

 private:
  std::string path_;
  /// From the outermost one inward.
  std::vector<std::string> made_;
  std::vector<std::string> files_;
};

}  // namespace midas::internal::simulator
