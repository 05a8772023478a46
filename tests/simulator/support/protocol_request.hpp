// One exchange with a simulated host, without a server.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"
#include <midas/simulated_host_options.hpp>

#include <rapidjson/document.h>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::test {

inline const simulated_identity user_assigned = sample_user_assigned_identity();

struct protocol_request {
  std::string method = "GET";
  std::string target{};
  std::vector<simulator::header_field> fields{};
  std::string body{};
  std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};

  /// The `resource` of the response is valid until the next request to the host.
  [[nodiscard]] simulator::response ask(simulator::simulated_protocol& protocol) const;
};

/// The value of a header field of the answer. Fails the test if it is missing.
std::string field_of(const simulator::response& answer, const std::string& name);

/// The value of a variable in the environment of the host at http://127.0.0.1:1. Fails the test if
/// it is missing.
std::string variable_of(const simulator::simulated_protocol& protocol, const std::string& name);

/// Checks that the answer is a token for the resource, and returns its client id.
std::string owner_of(const simulator::response& answer, const std::string& resource);

}  // namespace midas::internal::test
