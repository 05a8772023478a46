// The simulated identity endpoint of Azure Cloud Shell.
//
// Sources: Microsoft Learn, "Acquire a token from Azure Cloud Shell", and the requests of Azure's
// libraries. The error texts are ours.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// The real Cloud Shell issues tokens of the signed-in user. The simulated one issues those of the
/// system-assigned identity or, if there is none, of the only user-assigned identity.
class simulated_cloud_shell final : public simulated_protocol {
 public:
  explicit simulated_cloud_shell(simulated_host_options options);

  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  [[nodiscard]] std::optional<host_error> check_request(const request_view& request) const override;
  void answer_token_request(const request_view& request, const http::query_string& form,
                            std::int64_t now, response& out) override;
  void refuse_resource(const std::string& resource, std::int64_t now, response& out) override;
};

}  // namespace midas::internal::simulator
