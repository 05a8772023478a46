// The published token of one key.
#pragma once

#include "actors/policies/acquisition_fsm.hpp"
#include "actors/policies/answered_claims.hpp"
#include "actors/support/service_context.hpp"
#include "actors/support/store_calls.hpp"
#include "messages/protocols.hpp"
#include "transport/hosts/host_registry.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace midas::internal {

/// The token table and the clock of the service, for one acquisition actor, which also tells the
/// cache actor of the refreshes that it plans. Not thread-safe.
class published_key {
 public:
  published_key() = default;
  published_key(acquisition_actor::pointer self, cache_actor cache,
                std::shared_ptr<const service_context> service,
                std::shared_ptr<const acquisition_key> key)
      : self_(self),
        cache_(std::move(cache)),
        service_(std::move(service)),
        key_(std::move(key)),
        ignores_claims_(!key_->claims.empty() &&
                        !profile_of(service_->endpoint->host).learns_of_claims) {}

  /// The published token, if it may answer the request, which reaches a machine that is not ending.
  /// While that acquires the first token of the key, there is none to look for.
  [[nodiscard]] std::optional<access_token> find(const token_request& request,
                                                 const acquisition_fsm& machine) const {
    const bool is_idle = machine.current_phase() == acquisition_fsm::phase::idle;
    if (ignores_claims_) {
      return is_idle ? find_for_claims() : std::nullopt;
    }
    return is_idle || machine.request().force_refresh ? find(request) : std::nullopt;
  }

  /// The same, whatever the machine does.
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

  /// Tells the cache actor when the token must be refreshed.
  void announce_refresh() const {
    caf_compat::send(self_, cache_, refresh_planned{table().find_slot(key_->token)});
  }

  /// The host answered a request: what it was asked later, by whichever acquisition, is newer.
  void answered(token_table::attempt sent) { attempt_ = sent; }

  /// Publishes the token if it may still be handed out. If an attempt that began later has
  /// published a token, that one stays and replaces `token`, unless the request has claims, which
  /// only its own token satisfies for certain. The cache actor learns of a token that another
  /// acquisition may wait for. The service remembers claims that are answered: a caller is about to
  /// receive `token` if it `is_awaited`.
  void publish(access_token& token, const publish_token& granted, bool is_awaited) {
    const bool is_held = publish_newest(token, granted);
    if (ignores_claims_) {
      token = token.with_claims_not_passed_on();
      answer_to_claims_ = {caf_compat::now(self_), is_held};
      if (is_awaited) {
        remember_answered_claims();
      }
    }
  }

  /// Plans the next refresh after `delay`, unless the token has left the table.
  void postpone_refresh(std::chrono::nanoseconds delay) const {
    if (table().postpone_refresh(key_->token, service_->now().boot + delay)) {
      announce_refresh();
    }
  }

 private:
  struct claims_answer {
    std::chrono::steady_clock::time_point granted_at;
    // The table has that token, or a newer one.
    bool is_held;
  };

  // The token that the host has granted for the claims recently. Asked for by a request that was on
  // its way when the token came, or that comes after all callers had left: once the claims count as
  // answered, the cache actor forwards no other.
  [[nodiscard]] std::optional<access_token> find_for_claims() const {
    const auto& answer = answer_to_claims_;
    if (!answer || !answer->is_held ||
        caf_compat::now(self_) - answer->granted_at >= claims_interval) {
      return std::nullopt;
    }
    const auto found = table().find(key_->token, service_->now());
    if (!found) {
      return std::nullopt;
    }
    remember_answered_claims();
    return found->token.with_claims_not_passed_on();
  }

  void remember_answered_claims() const {
    service_->claims->answered(*key_, answer_to_claims_->granted_at);
  }

  // False if the table has neither the token nor a newer one.
  [[nodiscard]] bool publish_newest(access_token& token, const publish_token& granted) const {
    const bool has_claims = !key_->claims.empty();
    // The host ignored the claims: the refresh of its token is planned already.
    const bool repeated = has_claims && !granted.is_new;
    if (repeated || !is_usable(granted.validity, granted.at)) {
      return repeated;
    }
    const auto changed =
        granted.is_new ? token_table::token_changed::yes : token_table::token_changed::no;
    if (table().publish(key_->token, token, granted.validity, granted.at, changed, attempt_)) {
      if (service_->store != nullptr && granted.is_new) {
        service_->store->acquired(granted.identity, token, granted.at.wall);
      }
      announce_refresh();
      if (has_claims) {
        caf_compat::send(self_, cache_, token_published{key_->token});
      }
    } else if (!has_claims) {
      auto newer = table().find(key_->token, service_->now());
      token = newer ? std::move(newer->token) : token;
    }
    return true;
  }

  [[nodiscard]] token_table& table() const { return *service_->table; }

  acquisition_actor::pointer self_ = nullptr;
  cache_actor cache_;
  std::shared_ptr<const service_context> service_;
  std::shared_ptr<const acquisition_key> key_;
  token_table::attempt attempt_{};
  // The acquisition has claims, and the host does not learn of them.
  bool ignores_claims_ = false;
  std::optional<claims_answer> answer_to_claims_{};
};

}  // namespace midas::internal
