// How the token service of a Service Fabric cluster speaks.
//
// Facts: Microsoft Learn, "How to leverage a Service Fabric application's managed identity to
// access Azure services": request, answer, error codes. The texts of errors are ours.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

class query_string;

/// Which identity an application has is in its manifest, not in the request: it is the
/// system-assigned one, and without one the only user-assigned one.
class simulated_service_fabric final : public simulated_protocol {
 public:
  /// `thumbprint` is that of the certificate which the server shows.
  simulated_service_fabric(simulated_host_options options, std::string secret,
                           std::string thumbprint);

  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out) override;
  [[nodiscard]] bool is_token_path(std::string_view path) const noexcept override;
  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] token_issuer& issuer() noexcept override { return issuer_; }
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  void answer_token(const query_string& query, std::int64_t now, response& out);
  void refuse(response& out, int status, std::string_view code, std::string_view message);

  simulated_host_options options_;
  std::string secret_;
  std::string thumbprint_;
  token_issuer issuer_;
  std::string resource_;
};

}  // namespace midas::internal::simulator
