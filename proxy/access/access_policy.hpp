// Who may use the proxy, and for which tokens.
#pragma once

#include "proxy/access/allowed_tokens.hpp"
#include "proxy/client.hpp"
#include "proxy/configuration/proxy_configuration.hpp"
#include "proxy/token_query.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace midas::internal::proxy {

/// Why the proxy refuses a request that the host might have granted.
struct denial {
  /// A stable name for logs and metrics: "resource_not_allowed" or "identity_not_allowed".
  std::string_view reason{};
  /// For the client: what is not allowed, and who can change it. Names no other user's rules.
  std::string text{};
};

/// The rules of one configuration. Immutable: a reload makes another one. Any thread.
class access_policy {
 public:
  explicit access_policy(const proxy_configuration& configuration);

  /// Whether the client may connect. A client whose user is unknown may not if there is a list.
  [[nodiscard]] bool admits(const client& who) const noexcept;

  /// Nothing if the client may have this token. Without lists, costs no more than looking for the
  /// rules of the user. A client whose user is unknown has the general rules.
  [[nodiscard]] std::optional<denial> check(const client& who, const token_query& query) const;

 private:
  std::optional<std::unordered_set<uid_t>> allowed_uids_;
  allowed_tokens general_;
  std::unordered_map<uid_t, allowed_tokens> users_;
};

}  // namespace midas::internal::proxy
