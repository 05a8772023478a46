// Requests as the acquisition hands them to host protocols.
#pragma once

#include "tests/support/catch.hpp"
#include "transport/hosts/resolved_request.hpp"

namespace midas::internal::test {

/// Requires a valid request.
inline resolved_request resolved(const token_request& request) {
  const auto key = make_key(request);
  REQUIRE(key);
  return resolve(request, *key);
}

}  // namespace midas::internal::test
