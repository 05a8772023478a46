// The published token of one key.
#pragma once

#include "actors/policies/acquisition_actions.hpp"
#include "actors/support/service_context.hpp"
#include "messages/actor_messages.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace midas::internal {

/// The token table and the clock of the service, for one acquisition actor. Not thread-safe.
class published_key {
 public:
  published_key() = default;
  published_key(std::shared_ptr<const service_context> service,
                std::shared_ptr<const acquisition_key> key)
      : service_(std::move(service)), key_(std::move(key)) {}

  /// The published token, if it may answer the request.
  [[nodiscard]] std::optional<access_token> find(const token_request& request) const {
    if (!key_->claims.empty() || request.force_refresh) {
      return std::nullopt;
    }
    auto found = table().find(key_->token, service_->now());
    return found ? std::optional{std::move(found->token)} : std::nullopt;
  }

  /// How long the token may still be handed out; 0 if there is none.
  [[nodiscard]] std::chrono::nanoseconds usable_for() const {
    return table().time_left(key_->token, service_->now());
  }

  [[nodiscard]] bool is_refresh_due() const {
    return table().is_refresh_due(key_->token, service_->now());
  }

  /// For the cache actor: the time in the table at which the token must be refreshed is new.
  [[nodiscard]] refresh_planned planned_refresh() const { return {table().find_slot(key_->token)}; }

  /// Publishes the token if it may still be handed out. Returns whether it did.
  bool publish(const access_token& token, const publish_token& granted) const {
    if (!is_usable(granted.validity, granted.at)) {
      return false;
    }
    table().publish(
        key_->token, token, granted.validity, granted.at,
        granted.is_new ? token_table::token_changed::yes : token_table::token_changed::no);
    return true;
  }

  /// Plans the next refresh after `delay`. False if the token has left the table.
  bool postpone_refresh(std::chrono::nanoseconds delay) const {
    return table().postpone_refresh(key_->token, service_->now().boot + delay);
  }

 private:
  [[nodiscard]] token_table& table() const { return *service_->table; }

  std::shared_ptr<const service_context> service_;
  std::shared_ptr<const acquisition_key> key_;
};

}  // namespace midas::internal
