// The properties of a token request that fault rules match.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <string>

namespace midas::internal::simulator {

struct request_facts {
  /// The parameter `resource`, or the part of the parameter `scope` before "/.default". Empty if
  /// the request has neither.
  std::string resource{};
  /// The client id, object id or resource id that the request names. Empty if it names none, which
  /// selects the host's own identity.
  std::string identity{};
};

/// Reads the query of a GET or the form of a POST, for every host. Both facts are empty if the
/// parameters cannot be decoded.
[[nodiscard]] request_facts facts_of(const request_view& request);

}  // namespace midas::internal::simulator
