// The claims that a service's host has answered recently, which outlive the cache actor.
#pragma once

#include "actors/policies/answered_claims.hpp"
#include "messages/actor_messages.hpp"

#include <mutex>
#include <optional>
#include <string_view>

namespace midas::internal {

/// A cache actor that replaces another still refuses the claims that were answered before: the
/// resource repeats its challenge, whatever happens to an actor. The acquisition actors add to it
/// before their callers receive the token, so that nothing is lost with a mailbox. Thread-safe; see
/// answered_claims.
class shared_claims {
 public:
  using time_point = answered_claims::time_point;

  void answered(const acquisition_key& key, time_point at) {
    const std::lock_guard lock{mutex_};
    claims_.answered(key.token, key.claims, at);
  }

  [[nodiscard]] std::optional<time_point> find(const token_key_view& key, std::string_view claims,
                                               time_point now) const {
    const std::lock_guard lock{mutex_};
    return claims_.find(key, claims, now);
  }

  void forget(const token_key& key) {
    const std::lock_guard lock{mutex_};
    claims_.forget(key);
  }

  void forget_old(time_point now) {
    const std::lock_guard lock{mutex_};
    claims_.forget_old(now);
  }

  [[nodiscard]] bool empty() const {
    const std::lock_guard lock{mutex_};
    return claims_.empty();
  }

 private:
  mutable std::mutex mutex_;
  answered_claims claims_;
};

}  // namespace midas::internal
