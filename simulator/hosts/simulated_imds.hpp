// How the identity endpoint of an Azure VM (IMDS) speaks: version 2018-02-01 and later, its
// mistakes included. No sockets, no clock.
//
// Facts: Microsoft Learn, "How to use managed identities to acquire an access token" and "Azure
// Instance Metadata Service"; headers and texts as seen from live machines. Where the service's own
// wording is not published, the status and the error code are the documented ones and the
// description is ours.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_issuer.hpp"
#include <midas/simulated_host_options.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

class query_string;

inline constexpr std::string_view imds_token_path = "/metadata/identity/oauth2/token";

/// The same request at the same time gets the same answer but for `uti` of the token and
/// x-ms-request-id, which count. One thread at a time.
class simulated_imds final : public simulated_protocol {
 public:
  /// Reads latency, expires_in, the identities and the resources; where to listen is not its
  /// concern.
  explicit simulated_imds(simulated_host_options options);

  /// Fills an empty response. Its `resource` is valid until the next call.
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

  simulated_host_options options_;
  token_issuer issuer_;
  std::string resource_;
};

}  // namespace midas::internal::simulator
