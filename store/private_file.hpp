// A file of one user, in a directory that only this user may change.
#pragma once

#include "store/file_checks.hpp"
#include "store/file_stamp.hpp"
#include "store/system_calls.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

struct private_file_options {
  std::string path;
  bool allow_network_file_system = false;
  std::size_t max_bytes = 0;
};

struct file_content {
  sensitive_string text;
  file_stamp stamp;
};

/// What is added to the name of a store that is not a token cache: ".corrupt-SECONDS".
std::string corrupt_suffix(std::chrono::sys_seconds now);

/// The directory is opened once, and every file by its name in it, so that no link that changes in
/// between leads elsewhere. Each error is errc::store_failed. For one thread at a time.
class private_file {
 public:
  /// Opens the directory of the file, and checks it: it belongs to this user or to root, nobody
  /// else may write it, and it is on no network file system. Creates it if `creates`; otherwise,
  /// the result is empty if it does not exist.
  static expected<std::optional<private_file>> open(const private_file_options& options,
                                                    bool creates);

  [[nodiscard]] int directory() const noexcept { return directory_.number(); }
  /// Without the directory.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Empty if the file does not exist.
  [[nodiscard]] expected<std::optional<file_stamp>> stamp() const;
  /// The whole file; empty if it does not exist. Fails if it is not a regular file of this user
  /// that nobody else may access, or if it is too large.
  [[nodiscard]] expected<std::optional<file_content>> read() const;
  /// Replaces the file, or creates it, as a whole: a crash leaves the old or the new one. Call it
  /// under the lock. False, and nothing has changed, if `seen` is not null and the file is not the
  /// one that it describes (empty: none): another process has changed it without the lock.
  [[nodiscard]] expected<bool> replace(std::string_view text,
                                       const std::optional<file_stamp>* seen = nullptr) const;
  /// Creates the file if it is missing, and makes its modification time a later one.
  [[nodiscard]] expected<void> touch() const;
  /// Renames the file to NAME.corrupt-TIME, and returns the new path. Call it under the lock.
  [[nodiscard]] expected<std::string> set_aside(std::chrono::sys_seconds now) const;
  /// Removes what replace() left in processes that were killed. Call it under the lock.
  void remove_leftovers() const;

 private:
  private_file(private_file_options options, descriptor directory, std::string name);

  [[nodiscard]] expected<void> write(const std::string& temporary, std::string_view text) const;

  private_file_options options_;
  descriptor directory_;
  std::string name_;
};

}  // namespace midas::internal
