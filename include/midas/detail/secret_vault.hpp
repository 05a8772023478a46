// A token store whose text is kept elsewhere than in a file: what midas::keyring needs of the
// library.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>
#include <midas/token_store.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace midas::detail {

/// Keeps one text. Every error is errc::store_failed. Called under the lock of the store, except
/// for look_up().
class MIDAS_EXPORT secret_vault {
 public:
  secret_vault() = default;
  secret_vault(const secret_vault&) = delete;
  secret_vault& operator=(const secret_vault&) = delete;
  virtual ~secret_vault();

  /// Empty if there is none.
  [[nodiscard]] virtual expected<std::optional<sensitive_string>> look_up() = 0;
  [[nodiscard]] virtual expected<void> store(std::string_view text) = 0;
  /// Keeps the text under another name, which has this suffix, so that look_up() finds none.
  /// Returns where it is, for people.
  [[nodiscard]] virtual expected<std::string> set_aside(std::string_view suffix) = 0;
};

struct vault_store_options {
  /// The file whose modification tells other processes of a change. The lock is PATH.lockfile.
  std::string path{};
  bool allow_network_file_system = false;
  bool accept_unmarked_entries = false;
  std::chrono::milliseconds lock_timeout{};
  std::size_t max_bytes = 0;
};

/// A store of the tokens in the vault.
MIDAS_EXPORT std::unique_ptr<token_store> make_vault_store(vault_store_options options,
                                                           std::unique_ptr<secret_vault> vault);

}  // namespace midas::detail
