// One exchange with the pure dialect of any host.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"

#include <rapidjson/document.h>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::test {

struct protocol_request {
  std::string method = "GET";
  std::string target{};
  std::vector<simulator::header_field> fields{};
  std::string body{};
  std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};

  /// The response without its `resource`, which would dangle with the next one.
  [[nodiscard]] simulator::response ask(simulator::simulated_protocol& protocol) const;
};

/// The value of a field of the answer; fails the test when there is none.
std::string field_of(const simulator::response& answer, const std::string& name);

/// The value of a variable that the dialect sets when it is served at http://127.0.0.1:1; fails the
/// test when it sets none of that name.
std::string variable_of(const simulator::simulated_protocol& protocol, const std::string& name);

/// Checks that it is a token for the resource, and whose.
std::string owner_of(const simulator::response& answer, const std::string& resource);

}  // namespace midas::internal::test
