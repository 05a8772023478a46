// Managed identities as JSON: the form that MSAL Python reads from configuration.
#pragma once

#include <midas/error.hpp>
#include <midas/managed_identity.hpp>

#include <string>
#include <string_view>

namespace midas {

/// Reads {"ManagedIdentityIdType": "ClientId", "Id": "..."}. The type is SystemAssigned, with a
/// null Id or none, or ClientId, ObjectId or ResourceId with one; upper and lower case matter, and
/// other members do not. Fails with errc::invalid_identity for anything else. May be called from
/// any thread.
expected<managed_identity> parse_managed_identity(std::string_view json);

/// The same form; SystemAssigned with a null Id.
std::string to_json(const managed_identity& identity);

}  // namespace midas
