// The simulated token endpoint of Microsoft Entra ID for workload identity (AKS and others), where
// a federated token is exchanged for an access token.
//
// Sources: Microsoft Learn, "Microsoft identity platform and the OAuth 2.0 client credentials flow"
// and "Microsoft Entra authentication and authorization error codes"; RFC 7523; OpenID Connect
// Discovery 1.0. Error numbers are Entra's, their descriptions are ours.
#pragma once

#include "simulator/hosts/private_directory.hpp"
#include "simulator/hosts/simulated_protocol.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// The name that clients ask the simulated token proxy of AKS identity bindings for.
inline constexpr std::string_view token_proxy_name = "token-proxy.simulated-cluster.invalid";

/// The variables that lead a pod with an identity binding to the token proxy at `endpoint`;
/// `authorities` is the path of the certificate authority's file.
[[nodiscard]] std::vector<environment_variable> token_proxy_environment(
    const std::string& endpoint, const std::string& authorities);

/// Also serves the OpenID Connect Discovery document that names the token endpoint.
class simulated_workload_identity final : public simulated_protocol {
 public:
  /// Writes the federated token to a directory of its own. The token is accepted by comparing its
  /// text, not by verifying a signature. Throws as private_directory does.
  explicit simulated_workload_identity(simulated_host_options options);

  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  void answer_other_path(const request_view& request, std::int64_t now, response& out) override;
  void answer_token_request(const request_view& request, const http::query_string& form,
                            std::int64_t now, response& out) override;
  /// Answers with an error and returns false if the client assertion is not the federated token.
  [[nodiscard]] bool accept_assertion(const http::query_string& form, std::int64_t now,
                                      response& out);

  private_directory directory_;
  std::string federated_token_;
  std::string federated_token_file_;
};

}  // namespace midas::internal::simulator
