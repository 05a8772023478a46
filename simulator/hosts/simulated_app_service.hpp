// How the identity endpoints of App Service (2019 and 2017) and of Machine Learning compute speak:
// a secret that the environment tells goes with each request.
//
// Facts: Microsoft Learn, "How to use managed identities for App Service and Azure Functions",
// section "REST endpoint reference"; errors as they stand in the issues of Azure's libraries. What
// is published nowhere is answered in the same form, in our words.
#pragma once

#include "simulator/hosts/identity_choice.hpp"
#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// What the three differ in.
struct app_service_api {
  std::string_view version;
  std::string_view path;
  std::string_view endpoint_variable;
  std::string_view secret_variable;
  std::string_view secret_field;
  std::span<const identity_selector> selectors;
  token_form form;
  /// Names the client id that stands for the system-assigned identity; empty where none does.
  std::string_view default_client_id_variable;
  /// Machine Learning's errors have `error` and `message`, App Service's `statusCode`, `message`
  /// and `correlationId`.
  bool has_error_code;
};

/// App Service, Functions, Container Apps.
[[nodiscard]] const app_service_api& app_service_2019();
/// The older form, whose times are text such as "06/20/2019 02:57:58 +00:00".
[[nodiscard]] const app_service_api& app_service_2017();
[[nodiscard]] const app_service_api& machine_learning_api();

class simulated_app_service final : public simulated_protocol {
 public:
  simulated_app_service(const app_service_api& api, simulated_host_options options,
                        std::string secret);

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
  [[nodiscard]] bool knows_secret(const request_view& request) const;

  const app_service_api& api_;
  simulated_host_options options_;
  std::string secret_;
  token_issuer issuer_;
  std::string resource_;
};

}  // namespace midas::internal::simulator
