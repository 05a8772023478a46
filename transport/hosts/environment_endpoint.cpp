#include "transport/hosts/environment_endpoint.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/plain_text.hpp"
#include "transport/formats/url.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

namespace {

unexpected naming(std::string_view variable, error problem) {
  problem.message.insert(0, std::string{variable} + ": ");
  return unexpected{std::move(problem)};
}

unexpected not_set(std::string_view variable) {
  return fail(errc::invalid_configuration, std::string{variable} + " is not set",
              "Set it as the host does, or ask another kind of host");
}

bool is_link_local(std::string_view url) {
  const auto parts = parse_url(url);
  // Of digits and dots alone it is an address: parse_url lets no other such host pass.
  return parts && parts->host.starts_with("169.254.") &&
         parts->host.find_first_not_of("0123456789.") == std::string::npos;
}

bool breaks_header(char c) noexcept {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

expected<std::string> endpoint_from_environment(const host_environment& environment,
                                                std::string_view variable, bool allow_insecure) {
  const auto url = environment.variable(variable);
  if (url.empty()) {
    return not_set(variable);
  }
  auto parts = check_endpoint(url, allow_insecure || is_link_local(url));
  if (!parts) {
    return naming(variable, std::move(parts.error()));
  }
  if (url.find('?') != std::string_view::npos) {
    return naming(variable,
                  make_error(errc::invalid_endpoint,
                             "the endpoint " + quoted(one_line(url.substr(0, url.find('?')), 200)) +
                                 " has a query, which is midas's to make",
                             "Give the endpoint without the ? and what follows it"));
  }
  return std::string{url};
}

expected<sensitive_string> header_from_environment(const host_environment& environment,
                                                   std::string_view variable) {
  const auto value = environment.variable(variable);
  if (value.empty()) {
    return not_set(variable);
  }
  if (std::ranges::any_of(value, breaks_header)) {
    return fail(errc::invalid_configuration,
                std::string{variable} +
                    " holds a line break or another control character, which no header may",
                "Look for a line break at the end of where it was set from");
  }
  return sensitive_string{value};
}

}  // namespace midas::internal
