// The tokens in a cache of MSAL's format, which other processes use as well.
#pragma once

#include "store/file_lock.hpp"
#include "store/msal_cache.hpp"
#include "store/private_file.hpp"
#include <midas/detail/secret_vault.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace midas::internal {

/// The three operations of a token_store. The text is in the file, or in a vault; the file then has
/// no content, and its modification time tells other processes of a change.
class stored_cache {
 public:
  /// `vault` may be null.
  stored_cache(detail::vault_store_options options, std::unique_ptr<detail::secret_vault> vault);

  expected<std::vector<stored_token>> load();
  expected<void> save(std::span<const stored_token> tokens);
  expected<void> remove(std::span<const token_key> keys);

 private:
  expected<std::optional<private_file>> open(bool creates);
  expected<file_lock> lock(const private_file& file);
  expected<std::optional<file_content>> read_text(const private_file& file);
  expected<bool> write_text(const private_file& file, std::string_view text,
                            const std::optional<file_stamp>& seen);
  expected<std::string> set_aside(const private_file& file);
  expected<bool> read(const private_file& file);
  expected<void> read_again(const private_file& file);
  expected<std::optional<sensitive_string>> changed_text(const private_file& file,
                                                         const cache_change& change,
                                                         std::optional<file_stamp>& seen);
  expected<bool> change_once(const private_file& file, const cache_change& change);
  expected<std::vector<stored_token>> load_without_file();
  expected<void> apply(const cache_change& change);

  detail::vault_store_options options_;
  std::unique_ptr<detail::secret_vault> vault_;
  cache_owner owner_;
  // What the file was when `tokens_` were read.
  std::optional<file_stamp> loaded_;
  std::vector<stored_token> tokens_;
  bool removed_leftovers_ = false;
};

}  // namespace midas::internal
