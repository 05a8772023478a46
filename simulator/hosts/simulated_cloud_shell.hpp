// How the identity endpoint of Azure Cloud Shell speaks.
//
// Facts: Microsoft Learn, "Acquire a token from Azure Cloud Shell", and what Azure's libraries send
// there. The texts of errors are ours.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// The tokens of a real Cloud Shell are those of the person who is signed in; here they are those
/// of the system-assigned identity, and without one of the only user-assigned one.
class simulated_cloud_shell final : public simulated_protocol {
 public:
  explicit simulated_cloud_shell(simulated_host_options options);

  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out) override;
  [[nodiscard]] bool is_token_path(std::string_view path) const noexcept override;
  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] token_issuer& issuer() noexcept override { return issuer_; }
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  static void refuse(response& out, int status, std::string_view code, std::string_view message);

  simulated_host_options options_;
  token_issuer issuer_;
  std::string resource_;
};

}  // namespace midas::internal::simulator
