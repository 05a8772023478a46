#include "service/held_tokens.hpp"

#include "messages/clock_reading.hpp"
#include "service/service_core.hpp"
#include <midas/detail/access.hpp>

#include <atomic>
#include <utility>

namespace midas::detail {

std::vector<internal::token_table::held_token> service_core::held_tokens() const {
  return frontend_->is_forked() ? std::vector<internal::token_table::held_token>{}
                                : context_->table->held_tokens();
}

std::size_t service_core::forget_tokens(
    const std::function<bool(const token_key&)>& selected) const {
  if (frontend_->is_forked()) {
    return 0;
  }
  const auto dropped = context_->table->drop_if(selected);
  for (const auto& key : dropped) {
    context_->claims->forget(key);
    context_->observers->emit([&key] { return key_evicted{key, eviction_reason::forgotten}; });
  }
  return dropped.size();
}

void service_core::stop_refreshes() const {
  if (!frontend_->is_forked()) {
    context_->refreshes->store(false, std::memory_order_relaxed);
  }
}

}  // namespace midas::detail

namespace midas::internal {

std::vector<held_token> held_tokens(const token_service& tokens) {
  const auto& core = detail::access::core_of(tokens);
  const auto now = core.context().now();
  std::vector<held_token> result;
  for (auto& [key, validity] : core.held_tokens()) {
    result.push_back({std::move(key), validity.end.wall, validity.refresh_at - now.boot});
  }
  return result;
}

std::size_t forget_tokens(const token_service& tokens,
                          const std::function<bool(const token_key&)>& selected) {
  return detail::access::core_of(tokens).forget_tokens(selected);
}

void stop_refreshes(const token_service& tokens) {
  detail::access::core_of(tokens).stop_refreshes();
}

}  // namespace midas::internal
