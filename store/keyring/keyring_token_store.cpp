#include "store/keyring/libsecret_vault.hpp"
#include <midas/keyring_token_store.hpp>

#include <algorithm>
#include <utility>

namespace midas {

namespace {

internal::libsecret_vault_options vault_options(keyring_token_store_options& options) {
  constexpr std::chrono::milliseconds max_timeout = std::chrono::hours{1};
  auto name = options.schema_name.empty() ? internal::sha256_of(options.path)
                                          : std::move(options.schema_name);
  return {
      .schema_name = std::move(name),
      .attributes = std::move(options.attributes),
      .timeout = std::clamp(options.keyring_timeout, std::chrono::milliseconds{1}, max_timeout)};
}

}  // namespace

keyring_token_store::keyring_token_store(keyring_token_store_options options) {
  auto vault = internal::make_libsecret_vault(vault_options(options));
  store_ = detail::make_vault_store({.path = std::move(options.path),
                                     .allow_network_file_system = options.allow_network_file_system,
                                     .accept_unmarked_entries = options.accept_unmarked_entries,
                                     .lock_timeout = options.lock_timeout,
                                     .max_bytes = options.max_bytes},
                                    std::move(vault));
}

keyring_token_store::~keyring_token_store() = default;

expected<std::vector<stored_token>> keyring_token_store::load() { return store_->load(); }

expected<void> keyring_token_store::save(std::span<const stored_token> tokens) {
  return store_->save(tokens);
}

expected<void> keyring_token_store::remove(std::span<const token_key> keys) {
  return store_->remove(keys);
}

}  // namespace midas
