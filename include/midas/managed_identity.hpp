// Which identity of the host a token is for.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/error.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace midas {

/// How an identity is named in a request.
enum class identity_kind : std::uint8_t {
  /// The identity that Azure creates and deletes together with the host; there is at most one.
  system_assigned,
  /// A user-assigned identity, by its client id (application id, a GUID).
  client_id,
  /// A user-assigned identity, by its object id (principal id, a GUID).
  object_id,
  /// A user-assigned identity, by its Azure resource id
  /// ("/subscriptions/.../userAssignedIdentities/name").
  resource_id,
};

/// "system-assigned", "client id", "object id" or "resource id"; "unknown" for any other number.
/// Any thread.
MIDAS_EXPORT std::string_view to_string(identity_kind kind) noexcept;

/// An identity, as a plain value. Ids go to the host exactly as the caller wrote them. midas does
/// not require GUIDs, since hosts differ in what they accept; like Azure's own libraries it leaves
/// that check to the host. Not every host supports every kind; a request for a kind that the host
/// does not support fails with errc::identity_not_supported (docs/hosts.md).
class MIDAS_EXPORT managed_identity {
 public:
  /// The system-assigned identity; in a request, the identity in token_service_options::identity if
  /// there is one. Equal to system_assigned().
  managed_identity() = default;

  /// The system-assigned identity, whatever the options of the service say.
  static managed_identity system_assigned() { return {identity_kind::system_assigned, {}}; }
  /// A user-assigned identity, by its client id. Accepts any text; validate() reports an unusable
  /// id.
  static managed_identity client_id(std::string id);
  /// A user-assigned identity, by its object id. Accepts any text, as client_id() does.
  static managed_identity object_id(std::string id);
  /// A user-assigned identity, by its Azure resource id. Accepts any text, as client_id() does.
  static managed_identity resource_id(std::string id);

  /// How the identity is named.
  [[nodiscard]] identity_kind kind() const noexcept { return kind_; }
  /// The id as it was passed; empty for the system-assigned identity.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// False for a default-constructed identity, which leaves the choice to the service.
  [[nodiscard]] bool is_named() const noexcept { return is_named_; }

  /// Fails with errc::invalid_identity if the id of a user-assigned identity is empty, longer than
  /// 2,048 characters (hosts: 64 in client and object ids), surrounded by white space, or not
  /// entirely printable ASCII. The error names the kind of id and quotes its beginning.
  [[nodiscard]] expected<void> validate() const;

  /// The identity in the form that cache keys compare: client and object ids, being GUIDs, in lower
  /// case. Resource ids stay as they are.
  [[nodiscard]] managed_identity folded() const;

  /// Compares kind and id exactly; compare folded() identities to ignore the case of GUIDs.
  friend bool operator==(const managed_identity& left, const managed_identity& right) noexcept {
    return left.kind_ == right.kind_ && left.id_ == right.id_;
  }
  friend std::strong_ordering operator<=>(const managed_identity& left,
                                          const managed_identity& right) noexcept {
    const auto kinds = left.kind_ <=> right.kind_;
    return std::is_neq(kinds) ? kinds : left.id_ <=> right.id_;
  }

 private:
  managed_identity(identity_kind kind, std::string id)
      : kind_(kind), is_named_(true), id_(std::move(id)) {}

  identity_kind kind_ = identity_kind::system_assigned;
  bool is_named_ = false;
  std::string id_;
};

/// "system-assigned", or the kind and the id, e.g. "client id 6a5e...". Ids are not secret. Any
/// thread.
MIDAS_EXPORT std::string to_string(const managed_identity&);

/// Reads the JSON form of MSAL: {"ManagedIdentityIdType": "ClientId", "Id": "..."}. The type is
/// ClientId, ObjectId or ResourceId with an Id, or SystemAssigned with a null Id or none. Names and
/// types are case-sensitive; other members are ignored. Fails with errc::invalid_identity for
/// anything else, also for an id alone: pass that to client_id(), object_id() or resource_id(). Any
/// thread.
MIDAS_EXPORT expected<managed_identity> parse_managed_identity(std::string_view json);

/// Writes the same form; SystemAssigned has a null Id. Does not validate the id, but the result is
/// always valid JSON: bytes that are not UTF-8 become U+FFFD. Any thread.
MIDAS_EXPORT std::string to_json(const managed_identity& identity);

}  // namespace midas
