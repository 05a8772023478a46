#include "transport/hosts/imds.hpp"

#include "transport/formats/url.hpp"
#include "transport/formats/uuid.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/simple_protocol.hpp"

#include <utility>

namespace midas::internal::imds {

namespace {

constexpr std::string_view authority_variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
constexpr std::string_view default_authority = "http://169.254.169.254";
constexpr std::string_view token_path = "/metadata/identity/oauth2/token";

expected<std::string> token_url_at(const url_parts& parts, std::string_view text) {
  // A '?' with nothing after it is accepted.
  if (auto checked = check_no_query(text); !checked && !parts.query.empty()) {
    return unexpected{std::move(checked.error())};
  }
  const bool is_complete = std::string_view{parts.path}.ends_with(token_path);
  return origin(parts).append(is_complete ? std::string_view{parts.path} : token_path);
}

}  // namespace

expected<std::string> token_url(std::string_view authority, bool allow_insecure) {
  const auto text = authority.empty() ? default_authority : authority;
  const auto parts = check_endpoint(text, allow_insecure);
  return parts ? token_url_at(*parts, text) : unexpected{parts.error()};
}

expected<std::string> token_url(const host_environment& environment, bool allow_insecure) {
  const auto text = environment.variable(authority_variable);
  if (text.empty()) {
    return token_url(text, allow_insecure);
  }
  const auto parts = check_named_endpoint(authority_variable, text, allow_insecure);
  if (!parts) {
    return unexpected{parts.error()};
  }
  auto url = token_url_at(*parts, text);
  return url ? std::move(url) : blame_variable(authority_variable, std::move(url.error()));
}

http_request encode(const std::string& url, const resolved_request& request,
                    std::string_view request_id) {
  http_request result;
  const auto resource = percent_encode(request.resource);
  constexpr std::string_view query = "?api-version=2018-02-01&resource=";
  result.url.reserve(url.size() + query.size() + resource.size());
  result.url.append(url).append(query).append(resource);
  append_identity(result.url, parameters, request.identity);
  result.headers = {public_header("Metadata", "true"), public_header("x-client-SKU", "midas"),
                    public_header("x-client-Ver", MIDAS_VERSION),
                    public_header("x-ms-client-request-id", request_id)};
  return result;
}

http_request version_probe(std::string_view url, std::string_view request_id) {
  constexpr std::string_view last_parts = "oauth2/token";
  url.remove_suffix(url.ends_with(last_parts) ? last_parts.size() : 0);
  http_request result;
  result.url.append(url).append("getplatformmetadata?cred-api-version=2.0");
  result.headers = {public_header("x-ms-client-request-id", request_id)};
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto url = settings.imds_authority.empty()
                 ? token_url(environment, settings.allow_insecure)
                 : token_url(settings.imds_authority, settings.allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  return simple_protocol(identity_host::imds, *url,
                         [url = *url](const resolved_request& request, std::string_view) {
                           return imds::encode(url, request, random_uuid());
                         });
}

}  // namespace midas::internal::imds
