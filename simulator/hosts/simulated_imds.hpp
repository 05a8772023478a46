// The simulated identity endpoint of Azure VMs (IMDS), version 2018-02-01 and later.
//
// Sources: Microsoft Learn, "How to use managed identities to acquire an access token" and "Azure
// Instance Metadata Service"; header fields and error texts were taken from live machines. Where
// the service's own wording is not published, the status and the error code are the documented ones
// and the description is ours.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// Identical requests at the same time get identical answers, except for the token's `uti` and
/// x-ms-request-id, which are unique.
class simulated_imds final : public simulated_protocol {
 public:
  explicit simulated_imds(simulated_host_options options);

  [[nodiscard]] bool is_token_path(std::string_view path) const noexcept override;
  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  void answer_other_path(const request_view& request, std::int64_t now, response& out) override;
  [[nodiscard]] std::optional<host_error> check_request(const request_view& request) const override;
  void answer_token_request(const request_view& request, const http::query_string& query,
                            std::int64_t now, response& out) override;
};

}  // namespace midas::internal::simulator
