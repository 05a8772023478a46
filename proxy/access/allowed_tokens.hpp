// The lists of allowed resources and identities, prepared for look-ups.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include <midas/managed_identity.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace midas::internal::proxy {

/// The resource in the form that rules compare: as in the key of its token (make_key()), which has
/// no "/.default"; without one trailing slash; and with what Microsoft Entra ID compares
/// case-insensitively in lower case, which are the scheme and the authority of a URI, or a whole
/// GUID. Everything else stays: path, port, user information, escapes. Nothing if the resource has
/// no key.
[[nodiscard]] std::optional<std::string> comparable_resource(std::string_view resource);

/// One set of rules. Immutable. Any thread.
class allowed_tokens {
 public:
  /// Allows everything.
  allowed_tokens() = default;
  explicit allowed_tokens(const token_rules& rules);

  /// True if there is no list of resources, if the list contains the resource, or if it contains
  /// "*". False for a resource that has no key, if there is a list.
  [[nodiscard]] bool allows_resource(std::string_view resource) const;

  /// The same for the list of identities. An identity that is not named, or named as the
  /// system-assigned one, is "system-assigned"; ids are compared case-insensitively, whichever kind
  /// of id the request says it is: the host resolves an id as one kind only.
  [[nodiscard]] bool allows_identity(const managed_identity& identity) const;

 private:
  using list = std::unordered_set<std::string>;
  // Absent: everything is allowed.
  std::optional<list> resources_;
  std::optional<list> ids_;
  bool allows_system_assigned_ = true;
};

}  // namespace midas::internal::proxy
