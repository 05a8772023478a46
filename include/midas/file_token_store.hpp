// Tokens in a file, in the format of MSAL Python.
#pragma once

#include <midas/token_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace midas {

/// The settings of a file_token_store.
struct file_token_store_options {
  /// The file. Its directory is created (mode 0700) by the first save(). Must not be empty.
  std::string path{};
  /// Accepts a file on a network file system, where other machines may read it, and where locks may
  /// not work. FUSE counts as one. Default: false.
  bool allow_network_file_system = false;
  /// Accepts the entries that MSAL wrote to a file that midas has never written to, so that nothing
  /// says which machine they belong to. The first save() makes the file this machine's, with these
  /// entries. Entries of another machine are never accepted. Default: false.
  bool accept_unmarked_entries = false;
  /// How long an operation waits for the lock that another process holds. Default: 10 seconds.
  std::chrono::milliseconds lock_timeout{10'000};
  /// The largest file that is read or written, in bytes. Default: 16 MiB.
  std::size_t max_bytes = std::size_t{16} * 1024 * 1024;
};

/// Keeps tokens in one file, which programs with MSAL Python and its PersistedTokenCache can share:
/// docs/store.md has the format, the lock and the checks.
///
/// Every error is errc::store_failed, whose message names the file and what was found; only save()
/// has those of make_key(), too.
///
/// Like every token_store, for one thread at a time. Several objects, in this process or in others,
/// may use the same file: each change is made under the file's lock, to what the file contains
/// then.
class MIDAS_EXPORT file_token_store final : public token_store {
 public:
  /// Does not touch the file.
  explicit file_token_store(file_token_store_options options);
  ~file_token_store() override;

  /// No tokens if the file does not exist. A file that has not changed since the last load() is not
  /// read again.
  ///
  /// Fails if the file, or its directory, belongs to another user or is accessible to others; if it
  /// is not a regular file, or a link; if it is on a network file system; if it is too large; or if
  /// it cannot be read. A file that is not a token cache is renamed to PATH.corrupt-TIME, and the
  /// error says so; the next call finds no file. Waits for the lock only if the file is malformed,
  /// since another process may be writing it.
  [[nodiscard]] expected<std::vector<stored_token>> load() override;

  /// Creates the file, or replaces it with one that has the tokens and everything else that was in
  /// it, except expired tokens of midas. The new file is on the disk when the function returns. A
  /// file that is not a token cache is renamed as load() does, and a new one is written.
  ///
  /// Fails as load() does; if a token has no key, cannot be sent in a header, or has a time before
  /// 1970 or after 9999; if the lock is not free in time; or if the file cannot be written. The
  /// file is then the one from before, except if only the last step fails, which makes the new
  /// file's name durable.
  [[nodiscard]] expected<void> save(std::span<const stored_token> tokens) override;

  /// Changes the file like save(). Does nothing if the file does not exist.
  [[nodiscard]] expected<void> remove(std::span<const token_key> keys) override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace midas
