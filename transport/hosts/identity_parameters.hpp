// Query parameters that select a user-assigned identity.
#pragma once

#include <midas/error.hpp>
#include <midas/managed_identity.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// The names that a host gives to the parameters.
struct identity_parameters {
  std::string_view client_id;
  std::string_view object_id;
  std::string_view resource_id;

  /// The name for ids of that kind; empty for the system-assigned identity.
  [[nodiscard]] std::string_view name_of(identity_kind kind) const noexcept;
};

/// Fails with errc::invalid_identity if a client or object id has more than 64 characters. A GUID
/// has at most 38, in any of its forms. For use after the host has accepted the kind of the id.
expected<void> check_id_size(const managed_identity& identity);

/// Appends "&name=id" to `url`, with the id percent-encoded, as the caller wrote it. Appends
/// nothing for the system-assigned identity.
void append_identity(std::string& url, const identity_parameters& parameters,
                     const managed_identity& identity);

}  // namespace midas::internal
