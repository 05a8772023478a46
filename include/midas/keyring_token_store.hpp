// Tokens in the keyring of a desktop session: encrypted at rest. The component midas::keyring.
#pragma once

#include <midas/token_store.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace midas {

/// The settings of a keyring_token_store.
struct keyring_token_store_options {
  /// A file without content, whose modification tells other processes that the tokens have changed;
  /// PATH.lockfile is the lock. It is the signal_location of MSAL's LibsecretPersistence. Its
  /// directory is created (mode 0700) by the first save(). Must not be empty.
  std::string path{};
  /// The name under which the keyring has the tokens. Default: empty, for the SHA-256 of `path` in
  /// hexadecimal digits, which is what LibsecretPersistence chooses.
  std::string schema_name{};
  /// What else the keyring finds the tokens by. Default: nothing.
  std::map<std::string, std::string> attributes{};
  /// How long an operation of the keyring may take, a prompt for its password included. Default: 10
  /// seconds.
  std::chrono::milliseconds keyring_timeout{10'000};
  /// As in file_token_store_options, for the directory of `path`. Default: false.
  bool allow_network_file_system = false;
  /// As in file_token_store_options. Default: false.
  bool accept_unmarked_entries = false;
  /// How long an operation waits for the lock that another process holds. Default: 10 seconds.
  std::chrono::milliseconds lock_timeout{10'000};
  /// The largest text that is read or written, in bytes. Default: 1 MiB.
  std::size_t max_bytes = std::size_t{1024} * 1024;
};

/// Keeps tokens in the keyring of the user's session, through libsecret: as one secret, in the
/// format of MSAL Python, which programs with MSAL's LibsecretPersistence can share. docs/store.md
/// has what it needs.
///
/// Every error is errc::store_failed, whose message says what is missing, such as a session bus or
/// a service for secrets; only save() has those of make_key(), too. Nothing is ever written to a
/// file in plain text.
///
/// Like every token_store, for one thread at a time. Several objects, in this process or in others,
/// may use the same secret: each change is made under the lock.
class MIDAS_EXPORT keyring_token_store final : public token_store {
 public:
  /// Does not touch the keyring.
  explicit keyring_token_store(keyring_token_store_options options);
  ~keyring_token_store() override;

  /// No tokens if the keyring has none. It is not asked again while the file is unchanged.
  ///
  /// Fails if the keyring cannot be reached, is locked, or does not answer in time; or if the
  /// directory is not acceptable, as for file_token_store. A secret that is not a token cache is
  /// kept in the keyring under another name, and the error says so; the next call finds none.
  [[nodiscard]] expected<std::vector<stored_token>> load() override;

  /// Changes the secret, or creates it in the default keyring. Fails as load() does; if a token has
  /// no key, cannot be sent in a header, or has a time before 1970 or after 9999; or if the lock is
  /// not free in time.
  [[nodiscard]] expected<void> save(std::span<const stored_token> tokens) override;

  /// Changes the secret like save(). Does nothing if there is none.
  [[nodiscard]] expected<void> remove(std::span<const token_key> keys) override;

 private:
  std::unique_ptr<token_store> store_;
};

}  // namespace midas
