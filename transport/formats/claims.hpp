// Checks claims, with which a request answers the challenge of a service.
#pragma once

#include <midas/error.hpp>

#include <string_view>

namespace midas::internal {

/// Fails with errc::invalid_claims unless `claims` is a JSON object. The error says what it is
/// instead, and shows no part of it.
expected<void> check_claims(std::string_view claims);

}  // namespace midas::internal
