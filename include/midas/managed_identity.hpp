// Which identity of the host a token is for.
#pragma once

#include <midas/error.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas {

/// How a managed identity is named.
enum class identity_kind : std::uint8_t {
  /// The one identity that Azure makes and deletes with the host.
  system_assigned,
  /// A user-assigned identity by its client id (application id, a GUID).
  client_id,
  /// A user-assigned identity by its object id (principal id, a GUID).
  object_id,
  /// A user-assigned identity by its Azure resource id
  /// (/subscriptions/.../userAssignedIdentities/x).
  resource_id,
};

/// "system-assigned", "client id", "object id", "resource id".
std::string_view to_string(identity_kind kind) noexcept;

/// A value; immutable but for assignment. Ids go to the host as the caller wrote them: no Azure
/// library checks that they are GUIDs, since hosts differ in what they accept.
class managed_identity {
 public:
  /// System-assigned.
  managed_identity() = default;

  static managed_identity system_assigned() { return {}; }
  static managed_identity client_id(std::string id);
  static managed_identity object_id(std::string id);
  static managed_identity resource_id(std::string id);

  [[nodiscard]] identity_kind kind() const noexcept { return kind_; }
  /// Empty for system-assigned.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// Fails with errc::invalid_identity when a user-assigned identity has no id, or one with control
  /// characters or white space at its ends.
  [[nodiscard]] expected<void> validate() const;

  /// The same identity as a cache compares it: client and object ids, being GUIDs, in lower case.
  [[nodiscard]] managed_identity folded() const;

  friend auto operator<=>(const managed_identity&, const managed_identity&) = default;

 private:
  managed_identity(identity_kind kind, std::string id) : kind_(kind), id_(std::move(id)) {}

  identity_kind kind_ = identity_kind::system_assigned;
  std::string id_;
};

/// "system-assigned", or for example "client id 6a5e..."; an id is no secret.
std::string to_string(const managed_identity&);

/// Reads {"ManagedIdentityIdType": "ClientId", "Id": "..."}. The type is SystemAssigned, with a
/// null Id or none, or ClientId, ObjectId or ResourceId with one; upper and lower case matter, and
/// other members do not. Fails with errc::invalid_identity for anything else. May be called from
/// any thread.
expected<managed_identity> parse_managed_identity(std::string_view json);

/// The same form; SystemAssigned with a null Id.
std::string to_json(const managed_identity& identity);

}  // namespace midas
