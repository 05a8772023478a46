// Requests as the acquisition hands them to host protocols.
#pragma once

#include "transport/hosts/resolved_request.hpp"

#include <catch2/catch.hpp>

namespace midas::internal::test {

/// Requires a valid request.
inline resolved_request resolved(const token_request& request) {
  const auto key = make_key(request);
  REQUIRE(key);
  return resolve(request, *key);
}

}  // namespace midas::internal::test
