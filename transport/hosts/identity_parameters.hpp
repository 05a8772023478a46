// Query parameters that select a user-assigned identity.
#pragma once

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

/// Appends "&name=id" to `url`, with the id percent-encoded, as the caller wrote it. Appends
/// nothing for the system-assigned identity.
void append_identity(std::string& url, const identity_parameters& parameters,
                     const managed_identity& identity);

}  // namespace midas::internal
