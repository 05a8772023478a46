// The tokens that a service has in memory, for its administrator.
#pragma once

#include <midas/token_request.hpp>
#include <midas/token_service.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace midas::internal {

/// A token in memory, without the token.
struct held_token {
  token_key key{};
  /// When it expires, as the host said, or as far as midas relies on it.
  std::chrono::sys_seconds expires_on{};
  /// Until it is refreshed in the background; negative if the refresh is due.
  std::chrono::nanoseconds refresh_in{};
};

/// In no particular order. Any thread; none in a forked child.
[[nodiscard]] std::vector<held_token> held_tokens(const token_service& tokens);

/// Removes the selected tokens from memory, from all threads' caches, too, and returns how many
/// there were. Each is reported as key_evicted. The next request for such a key asks the host.
/// Requests that wait for the host are answered as if nothing had happened, and so are those that
/// join them. A token that the host was asked for before this call is handed to them and not kept.
/// Neither the token store nor a refusal that is remembered
/// (token_service_options::negative_cache_ttl) is changed. Any thread; nothing in a forked child.
/// `selected` is called under a lock and must not use the service.
std::size_t forget_tokens(const token_service& tokens,
                          const std::function<bool(const token_key&)>& selected);

/// From now on, no refresh is sent to the host, neither a new one nor one that waits for its turn,
/// unless a request waits for it; those that were sent continue. Tokens in memory are handed out as
/// before, and requests for others are answered. Any thread; nothing in a forked child.
void stop_refreshes(const token_service& tokens);

}  // namespace midas::internal
