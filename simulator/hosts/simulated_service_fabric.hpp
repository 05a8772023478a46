// The simulated token service of a Service Fabric cluster.
//
// Source: Microsoft Learn, "How to leverage a Service Fabric application's managed identity to
// access Azure services": requests, answers and error codes. The error texts are ours.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// A request selects an identity by its object id, in MSAL .NET's parameter `principalId`, and by
/// no other id. The application's manifest selects the identity of a request without one: the
/// system-assigned identity or, if there is none, the only user-assigned one. options.secret
/// identifies the application.
class simulated_service_fabric final : public simulated_protocol {
 public:
  /// `thumbprint` is the thumbprint of the server's certificate.
  simulated_service_fabric(simulated_host_options options, std::string thumbprint);

  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  [[nodiscard]] std::optional<host_error> check_request(const request_view& request) const override;
  void answer_token_request(const request_view& request, const http::query_string& query,
                            std::int64_t now, response& out) override;
  void refuse_resource(const std::string& resource, std::int64_t now, response& out) override;

  std::string thumbprint_;
};

}  // namespace midas::internal::simulator
