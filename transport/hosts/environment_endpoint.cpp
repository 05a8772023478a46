#include "transport/hosts/environment_endpoint.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/plain_value.hpp"
#include "transport/hosts/identity_parameters.hpp"
#include <midas/managed_identity.hpp>

#include <algorithm>
#include <utility>

namespace midas::internal {

namespace {

unexpected not_set(std::string_view variable) {
  return fail(errc::invalid_configuration, concat({variable, " is not set"}),
              "Set it as the host does, or choose another host");
}

// An unusable value; `advice` applies unless the value itself shows what is wrong with it.
unexpected unusable(std::string_view variable, std::string_view value, std::string_view problem,
                    std::string_view advice) {
  const auto recognized = advice_for_value(value);
  return fail(errc::invalid_configuration, std::string{variable}.append(" ").append(problem),
              recognized.empty() ? advice : recognized);
}

}  // namespace

unexpected blame_variable(std::string_view variable, error problem) {
  problem.message.insert(0, concat({variable, ": "}));
  return unexpected{std::move(problem)};
}

expected<url_parts> check_named_endpoint(std::string_view variable, std::string_view url,
                                         bool allow_insecure) {
  auto parts = parse_url(url);
  if (parts) {
    parts = check_endpoint(url, allow_insecure || is_private_address(parts->host));
  }
  if (parts) {
    return parts;
  }
  if (const auto recognized = advice_for_value(url); !recognized.empty()) {
    parts.error().advice = recognized;
  }
  return blame_variable(variable, std::move(parts.error()));
}

expected<std::string> check_environment_url(std::string_view variable, std::string_view url,
                                            bool allow_insecure) {
  if (auto parts = check_named_endpoint(variable, url, allow_insecure); !parts) {
    return unexpected{std::move(parts.error())};
  }
  if (auto checked = check_no_query(url); !checked) {
    return blame_variable(variable, std::move(checked.error()));
  }
  return std::string{url};
}

expected<std::string> endpoint_from_environment(const host_environment& environment,
                                                std::string_view variable, bool allow_insecure) {
  const auto url = environment.variable(variable);
  return url.empty() ? not_set(variable) : check_environment_url(variable, url, allow_insecure);
}

expected<void> check_client_id(std::string_view variable, std::string_view value) {
  if (!is_guid_or_name(value)) {
    return unusable(variable, value, "must be a client id, a GUID; it is " + quoted_start(value),
                    "Set it to the client id of the identity, as the Azure portal shows it");
  }
  const auto identity = managed_identity::client_id(std::string{value});
  auto valid = identity.validate();
  if (valid) {
    valid = check_id_size(identity);
  }
  if (!valid) {
    valid.error().code = errc::invalid_configuration;
    return blame_variable(variable, std::move(valid.error()));
  }
  return {};
}

expected<bool> allows_insecure(const host_environment& environment) {
  const auto value = environment.variable(insecure_variable);
  if (value == "1" || value == "true") {
    return true;
  }
  if (value.empty() || value == "0" || value == "false") {
    return false;
  }
  return unusable(insecure_variable, value, "must be 1 or 0; it is " + quoted_start(value),
                  "Set it to 1 to allow plain http, or unset it");
}

expected<sensitive_string> header_from_environment(const host_environment& environment,
                                                   std::string_view variable) {
  const auto value = environment.variable(variable);
  if (value.empty()) {
    return not_set(variable);
  }
  const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (!std::ranges::all_of(value, is_printable)) {
    return unusable(variable, value,
                    "contains a line break or another character that is not printable ASCII, which "
                    "headers must not have",
                    "Set it to the value that the host gave");
  }
  return sensitive_string{value};
}

}  // namespace midas::internal
