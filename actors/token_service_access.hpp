// The way from the front door, which knows no CAF, to its actors.
#pragma once

#include <midas/actors/token_service.hpp>
#include <midas/messages/protocols.hpp>

namespace midas {

struct token_service_access {
  static cache_actor cache(const token_service& service);
};

/// Sends the actor each event from now on until the subscription goes.
inline event_subscription observe(token_service& service, const observer_actor& to) {
  return service.observe([to](const token_event& event) { dialect::anonymous_send(to, event); });
}

inline auto token_service::cache() const { return token_service_access::cache(*this); }

}  // namespace midas
