#include "transport/hosts/environment_endpoint.hpp"

#include "messages/ascii.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/identity_parameters.hpp"
#include <midas/managed_identity.hpp>

#include <algorithm>
#include <utility>

namespace midas::internal {

namespace {

unexpected not_set(std::string_view variable) {
  return fail(errc::invalid_configuration, std::string{variable} + " is not set",
              "Set it as the host does, or choose another host");
}

bool is_link_local(std::string_view url) {
  const auto parts = parse_url(url);
  // A host of digits and dots is an address: parse_url rejects any other.
  return parts && parts->host.starts_with("169.254.") &&
         parts->host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

unexpected blame_variable(std::string_view variable, error problem) {
  problem.message.insert(0, std::string{variable} + ": ");
  return unexpected{std::move(problem)};
}

expected<std::string> check_variable_url(std::string_view variable, std::string_view url,
                                         bool allow_insecure) {
  if (auto parts = check_endpoint(url, allow_insecure); !parts) {
    return blame_variable(variable, std::move(parts.error()));
  }
  if (auto checked = check_no_query(url); !checked) {
    return blame_variable(variable, std::move(checked.error()));
  }
  return std::string{url};
}

expected<std::string> endpoint_from_environment(const host_environment& environment,
                                                std::string_view variable, bool allow_insecure) {
  const auto url = environment.variable(variable);
  if (url.empty()) {
    return not_set(variable);
  }
  return check_variable_url(variable, url, allow_insecure || is_link_local(url));
}

expected<void> check_client_id(std::string_view variable, std::string_view value) {
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

expected<sensitive_string> header_from_environment(const host_environment& environment,
                                                   std::string_view variable) {
  const auto value = environment.variable(variable);
  if (value.empty()) {
    return not_set(variable);
  }
  if (std::ranges::any_of(value, ascii::breaks_header)) {
    return fail(errc::invalid_configuration,
                std::string{variable} +
                    " contains a line break or another control character, which headers must not "
                    "have",
                "Remove the line break where the variable is set");
  }
  return sensitive_string{value};
}

}  // namespace midas::internal
