// What a rule can know of a token request: what it asks for, as it asks.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <string>

namespace midas::internal::simulator {

struct request_facts {
  /// As in the parameter `resource`, or of a `scope` what stands before "/.default"; empty when the
  /// request names none.
  std::string resource{};
  /// The client id, object id or resource id that the request names; empty when it names none, and
  /// so asks for the host's own identity.
  std::string identity{};
};

/// Reads the query of a GET and the form of a POST, of any host. What cannot be decoded names
/// nothing.
[[nodiscard]] request_facts facts_of(const request_view& request);

}  // namespace midas::internal::simulator
