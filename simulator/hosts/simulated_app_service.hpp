// The simulated identity endpoints of App Service (2019 and 2017) and of Machine Learning compute,
// whose requests carry a secret from the environment.
//
// Sources: Microsoft Learn, "How to use managed identities for App Service and Azure Functions",
// section "REST endpoint reference"; errors as quoted in issues of Azure's libraries. Errors that
// are not published have the same form and a text of ours.
#pragma once

#include "simulator/hosts/identity_choice.hpp"
#include "simulator/hosts/simulated_protocol.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// The differences between the three hosts.
struct app_service_api {
  std::string_view version;
  std::string_view path;
  std::string_view endpoint_variable;
  std::string_view secret_variable;
  /// The header field that carries the secret.
  std::string_view secret_field;
  std::span<const identity_selector> selectors;
  token_form form;
  /// The variable with the client id of the system-assigned identity. Empty if the host has none.
  std::string_view default_client_id_variable;
  /// Errors have `error` and `message`, as Machine Learning's do, instead of App Service's
  /// `statusCode`, `message` and `correlationId`.
  bool has_error_code;
};

/// App Service, Functions, Container Apps.
[[nodiscard]] const app_service_api& app_service_2019();
/// The older API, which writes times as text such as "06/20/2019 02:57:58 +00:00".
[[nodiscard]] const app_service_api& app_service_2017();
[[nodiscard]] const app_service_api& machine_learning_api();

class simulated_app_service final : public simulated_protocol {
 public:
  /// Requests must carry options.secret. `api` must outlive the host.
  simulated_app_service(const app_service_api& api, simulated_host_options options);

  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

 private:
  [[nodiscard]] std::optional<host_error> check_request(const request_view& request) const override;
  void answer_token_request(const request_view& request, const http::query_string& query,
                            std::int64_t now, response& out) override;
  void refuse_resource(const std::string& resource, std::int64_t now, response& out) override;

  const app_service_api& api_;
};

}  // namespace midas::internal::simulator
