// How Microsoft Entra ID speaks where a federated token is exchanged for one of its own, which is
// what workload identity does (AKS and others).
//
// Facts: Microsoft Learn, "Microsoft identity platform and the OAuth 2.0 client credentials flow",
// "Microsoft Entra authentication and authorization error codes"; RFC 7523; OpenID Connect
// Discovery 1.0. Descriptions of errors are ours, their numbers Entra's.
#pragma once

#include "simulator/hosts/private_directory.hpp"
#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

class query_string;

/// Also tells clients that look for it where its token endpoint is.
class simulated_workload_identity final : public simulated_protocol {
 public:
  /// Writes the federated token, which trusts nobody's signature but its own text, to a directory
  /// of its own. Throws as private_directory does.
  explicit simulated_workload_identity(simulated_host_options options);

  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out) override;
  [[nodiscard]] bool is_token_path(std::string_view path) const noexcept override;
  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] token_issuer& issuer() noexcept override { return issuer_; }
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  void answer_configuration(const request_view& request, response& out) const;
  void answer_token(const query_string& form, std::int64_t now, response& out);
  [[nodiscard]] bool has_valid_assertion(const query_string& form, std::int64_t now, response& out);

  simulated_host_options options_;
  private_directory directory_;
  std::string federated_token_;
  std::string federated_token_file_;
  token_issuer issuer_;
  std::string resource_;
};

}  // namespace midas::internal::simulator
