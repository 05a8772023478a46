// One exchange with the pure IMDS dialect.
#pragma once

#include "simulator/hosts/simulated_imds.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::test {

struct imds_request {
  std::string method = "GET";
  std::string path = std::string(simulator::imds_token_path);
  std::string query = "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
  std::vector<simulator::header_field> fields = {{"Host", "127.0.0.1"}, {"Metadata", "true"}};
  std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};

  /// The response without its `resource`, which would dangle when the dialect has gone.
  [[nodiscard]] simulator::response ask(simulator::simulated_imds& protocol) const;
  [[nodiscard]] simulator::response ask(simulated_host_options options = {}) const;
};

/// The query of a well-formed token request, with more behind it.
std::string token_query(std::string_view more);

/// "error: error_description" of a 400.
std::string complaint(const simulator::response& answer);

}  // namespace midas::internal::test
