#include "store/stored_cache.hpp"
#include <midas/detail/secret_vault.hpp>

#include <utility>

namespace midas {

namespace internal {

namespace {

class vault_token_store final : public token_store {
 public:
  explicit vault_token_store(stored_cache cache) : cache_(std::move(cache)) {}

  expected<std::vector<stored_token>> load() override { return cache_.load(); }
  expected<void> save(std::span<const stored_token> tokens) override { return cache_.save(tokens); }
  expected<void> remove(std::span<const token_key> keys) override { return cache_.remove(keys); }

 private:
  stored_cache cache_;
};

}  // namespace

}  // namespace internal

detail::secret_vault::~secret_vault() = default;

std::unique_ptr<token_store> detail::make_vault_store(vault_store_options options,
                                                      std::unique_ptr<secret_vault> vault) {
  return std::make_unique<internal::vault_token_store>(
      internal::stored_cache{std::move(options), std::move(vault)});
}

}  // namespace midas
