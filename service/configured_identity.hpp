// The identity of requests that name none, as the options or the environment configure it.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include <midas/error.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_service_options.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

/// What parse_managed_identity() accepts, for advice.
inline constexpr std::string_view identity_form =
    R"({"ManagedIdentityIdType": "ClientId", "Id": "..."}; the type may also be ObjectId or )"
    R"(ResourceId, or SystemAssigned without an Id)";

/// See parse_managed_identity(). Fails with what is wrong with the text, e.g. "is not JSON".
tl::expected<managed_identity, std::string> read_managed_identity(std::string_view json);

struct configured_identity {
  /// Empty if nothing is configured.
  std::optional<managed_identity> identity{};
  /// The environment variable that names it; empty if none does.
  std::string_view variable{};
};

/// token_service_options::identity, or else, with `identity_from_environment`, the identity in the
/// environment. Fails with errc::invalid_configuration if that is set and unusable; the error does
/// not show its value.
expected<configured_identity> configure_identity(const token_service_options& options,
                                                 const host_environment& environment);

}  // namespace midas::internal
