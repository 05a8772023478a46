// A directory for the secret files of a simulated host, which are removed with the host.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// Holds files that only the current user may read. One thread at a time.
class private_directory {
 public:
  /// Uses the directory at `path`, and creates it (0700) together with its parents if it is
  /// missing. If `path` is empty, creates a directory under TMPDIR. Throws std::system_error if
  /// that fails; what() names the directory and the remedy.
  explicit private_directory(const std::string& path = {});
  /// Removes the files that it wrote, and the directories that it created if they are empty then.
  ~private_directory();
  private_directory(const private_directory&) = delete;
  private_directory& operator=(const private_directory&) = delete;

  /// Absolute, without a slash at the end.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Writes a new file (0600) and returns its path. Throws std::system_error if the file exists or
  /// cannot be written.
  std::string write(std::string_view name, std::string_view content);
  /// Replaces the content of a file that write() returned, in one step for its readers. Throws as
  /// write() does.
  void replace(std::string_view path, std::string_view content);
  /// Removes a file that write() returned. Ignores any other path.
  void remove(std::string_view path);

 private:
  std::string path_;
  /// The directories that it created, outermost first.
  std::vector<std::string> created_;
  std::vector<std::string> files_;
};

}  // namespace midas::internal::simulator
