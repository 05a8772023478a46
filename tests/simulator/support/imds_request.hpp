// One exchange with the simulated IMDS, without a server.
#pragma once

#include "http/imds_request.hpp"
#include "simulator/hosts/simulated_imds.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::test {

struct imds_request {
  std::string method = "GET";
  std::string path = std::string(http::imds::token_path);
  std::string query = "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
  std::vector<simulator::header_field> fields = {{"Host", "127.0.0.1"}, {"Metadata", "true"}};
  std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};

  /// See protocol_request. The second function asks a host of its own, so its response has no
  /// `resource`.
  [[nodiscard]] simulator::response ask(simulator::simulated_imds& protocol) const;
  [[nodiscard]] simulator::response ask(simulated_host_options options = {}) const;
};

/// The query of a correct token request, followed by `more`.
std::string token_query(std::string_view more);

/// "error: error_description" of an answer with status 400.
std::string complaint(const simulator::response& answer);

}  // namespace midas::internal::test
