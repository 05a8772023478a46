#include "transport/hosts/imds.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/plain_text.hpp"
#include "transport/formats/url.hpp"
#include "transport/formats/uuid.hpp"
#include "transport/responses/service_error.hpp"
#include "transport/responses/token_response.hpp"

#include <array>
#include <utility>

namespace midas::internal::imds {

namespace {

constexpr std::string_view source = "IMDS";
constexpr std::string_view authority_variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
constexpr std::string_view default_authority = "http://169.254.169.254";
constexpr std::string_view token_path = "/metadata/identity/oauth2/token";
constexpr std::array<int, 2> statuses_of_an_update{404, 410};

}  // namespace

std::string_view selector_of(identity_kind kind) noexcept {
  switch (kind) {
    case identity_kind::system_assigned:
      break;
    case identity_kind::client_id:
      return "client_id";
    case identity_kind::object_id:
      return "object_id";
    case identity_kind::resource_id:
      return "msi_res_id";
  }
  return {};
}

expected<std::string> token_url(std::string_view authority, bool allow_insecure) {
  const auto parts =
      check_endpoint(authority.empty() ? default_authority : authority, allow_insecure);
  if (!parts) {
    return unexpected{parts.error()};
  }
  if (!parts->query.empty()) {
    return fail(errc::invalid_endpoint,
                "the endpoint " + quoted(one_line(origin(*parts), 200)) +
                    " has a query, which is midas's to make",
                "Give the endpoint without the ? and what follows it");
  }
  const bool complete = std::string_view{parts->path}.ends_with(token_path);
  return origin(*parts).append(complete ? std::string_view{parts->path} : token_path);
}

expected<http_request> encode(const std::string& url, const token_request& request,
                              std::string_view request_id) {
  const auto key = make_key(request);
  if (!key) {
    return unexpected{key.error()};
  }
  http_request result;
  const auto resource = percent_encode(key->resource);
  constexpr std::string_view query = "?api-version=2018-02-01&resource=";
  result.url.reserve(url.size() + query.size() + resource.size());
  result.url.append(url).append(query).append(resource);
  if (const auto selector = selector_of(request.identity.kind()); !selector.empty()) {
    result.url.append("&").append(selector).append("=");
    result.url += percent_encode(request.identity.id());
  }
  result.headers = {{"Metadata", "true"},
                    {"x-client-SKU", "midas"},
                    {"x-client-Ver", MIDAS_VERSION},
                    {"x-ms-client-request-id", sensitive_string{request_id}}};
  return result;
}

expected<token_grant> decode(const token_request& request, http_response response,
                             std::chrono::sys_seconds now) {
  auto key = make_key(request);
  if (!key) {
    return unexpected{std::move(key.error())};
  }
  if (response.status != 200) {
    return unexpected{read_service_error({.source = source,
                                          .request = request,
                                          .transient_statuses = statuses_of_an_update,
                                          .now = now},
                                         std::move(response))};
  }
  auto grant = read_token_response(source, std::move(response), now);
  if (grant) {
    grant->resource = std::move(key->resource);
  }
  return grant;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  const bool is_given = !settings.imds_authority.empty();
  const auto authority = is_given ? std::string_view{settings.imds_authority}
                                  : environment.variable(authority_variable);
  auto url = token_url(authority, settings.allow_insecure);
  if (!url) {
    if (!is_given) {
      url.error().message.insert(0, std::string{authority_variable} + ": ");
    }
    return unexpected{std::move(url.error())};
  }
  host_protocol result;
  result.host = identity_host::imds;
  result.source = source;
  result.address = *url;
  result.encode = [url = *url](const token_request& request, std::string_view) {
    return imds::encode(url, request, random_uuid());
  };
  result.decode = [](const token_request& request, http_response response,
                     std::chrono::sys_seconds now, unsigned) {
    return as_decode_result(imds::decode(request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::imds
