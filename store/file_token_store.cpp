#include "store/stored_cache.hpp"
#include <midas/file_token_store.hpp>

#include <utility>

namespace midas {

token_store::~token_store() = default;

struct file_token_store::state {
  internal::stored_cache cache;
};

file_token_store::file_token_store(file_token_store_options options)
    : state_(std::make_unique<state>(state{
          internal::stored_cache{{.path = std::move(options.path),
                                  .allow_network_file_system = options.allow_network_file_system,
                                  .accept_unmarked_entries = options.accept_unmarked_entries,
                                  .lock_timeout = options.lock_timeout,
                                  .max_bytes = options.max_bytes},
                                 nullptr}})) {}

file_token_store::~file_token_store() = default;

expected<std::vector<stored_token>> file_token_store::load() { return state_->cache.load(); }

expected<void> file_token_store::save(std::span<const stored_token> tokens) {
  return state_->cache.save(tokens);
}

expected<void> file_token_store::remove(std::span<const token_key> keys) {
  return state_->cache.remove(keys);
}

}  // namespace midas
