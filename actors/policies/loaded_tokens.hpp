// Which tokens of a store a service publishes, and under which keys. Pure: time is an argument.
#pragma once

#include "messages/clock_reading.hpp"
#include "messages/token_validity.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_request.hpp>
#include <midas/token_store.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

/// How a service is known in its store.
struct store_owner {
  /// The identity endpoint that grants its tokens: host_protocol::address.
  std::string endpoint{};
  /// What requests for the system-assigned identity get a token for, if a variable of the host
  /// says; see host_protocol::default_identity.
  std::optional<managed_identity> default_identity{};

  /// The identity under which a token is stored that was requested for `identity`: a named one.
  [[nodiscard]] managed_identity identity_in_store(const managed_identity& identity) const;
};

/// The owner of the tokens that the host grants.
store_owner store_owner_of(const host_protocol& host);

/// True if the endpoint granted the token, or the store does not know which one did.
bool is_granted_by(const stored_token& stored, std::string_view endpoint) noexcept;

/// No loaded token is refreshed earlier than this after the load, unless half of the time for which
/// it may be handed out passes before: a process that ends sooner leaves the refresh to another
/// one.
inline constexpr std::chrono::seconds min_wait_after_load{10};

struct loaded_token {
  token_key key{};
  token_grant grant{};
  token_validity validity{};
};

/// The tokens in `stored` that the service may hand out at `now`, at most `max`: those that live
/// longest. Of several for one key, the one that takes_precedence(). The token of the default
/// identity answers requests that name it, and requests that leave the identity to the host.
/// Ignores a token
/// - that validity_of() refuses,
/// - that another endpoint has granted (an entry without an endpoint is accepted),
/// - whose identity or resource makes no valid key,
/// - of the system-assigned identity, if no request can ask for it,
/// - that no Authorization header can carry.
std::vector<loaded_token> usable_tokens(const std::vector<stored_token>& stored,
                                        const store_owner& owner, const clock_reading& now,
                                        const std::function<double()>& jitter, std::size_t max);

}  // namespace midas::internal
