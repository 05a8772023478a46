// A request as a plain value, for tests of decisions.
#pragma once

#include "http/request_view.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::proxy::test {

inline constexpr std::string_view imds_target =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
inline constexpr std::string_view app_service_target =
    "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";

/// Owns what a request_view refers to.
struct plain_request {
  std::string target{};
  std::vector<http::header_field> fields{};
  std::string method = "GET";
  std::optional<std::string_view> authority{};

  [[nodiscard]] http::request_view view() const { return {method, target, fields, {}, authority}; }
};

inline plain_request imds_request(std::string_view target = imds_target) {
  return {.target = std::string{target}, .fields = {{"Metadata", "true"}}};
}

}  // namespace midas::internal::proxy::test
