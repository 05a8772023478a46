#include "proxy/protocols/request_reading.hpp"

#include "http/app_service_request.hpp"
#include "http/imds_request.hpp"
#include "http/query_string.hpp"
#include "proxy/protocols/own_host.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace midas::internal::proxy {
namespace {

namespace imds = http::imds;
namespace app_service = http::app_service;

/// A parameter, and the identity that its value names.
struct selector {
  std::string_view parameter;
  managed_identity (*name)(std::string id);
};

// IMDS documents msi_res_id and accepts mi_res_id, which older SDKs send
// (https://github.com/Azure/azure-sdk-for-go/pull/22650). Without it, their clients would get the
// token of another identity.
constexpr std::array imds_selectors{
    selector{imds::client_id_parameter, &managed_identity::client_id},
    selector{imds::object_id_parameter, &managed_identity::object_id},
    selector{imds::resource_id_parameter, &managed_identity::resource_id},
    selector{imds::old_resource_id_parameter, &managed_identity::resource_id}};
constexpr std::array app_service_selectors{
    selector{app_service::client_id_parameter, &managed_identity::client_id},
    selector{app_service::object_id_parameter, &managed_identity::object_id},
    selector{app_service::principal_id_parameter, &managed_identity::object_id},
    selector{app_service::resource_id_parameter, &managed_identity::resource_id}};

std::optional<client_protocol> protocol_at(std::string_view path) noexcept {
  if (imds::is_token_path(path)) {
    return client_protocol::imds;
  }
  return path == app_service::token_path ? std::optional{client_protocol::app_service}
                                         : std::nullopt;
}

http::host_refusal bad_request(std::string text, std::string_view reason) {
  return {.status = 400, .code = "invalid_request", .text = std::move(text), .reason = reason};
}

/// What no client of a host's own endpoint sends, so that the request came by a detour.
std::optional<http::host_refusal> check_origin(const http::request_view& request,
                                               const request_surroundings& surroundings) {
  for (const auto* const name : {"X-Forwarded-For", "Forwarded"}) {
    if (request.field(name)) {
      const auto* const article = *name == 'X' ? "an " : "a ";
      return bad_request(std::string{"Requests that carry "}.append(article).append(name).append(
                             " header are refused"),
                         "request_forwarded");
    }
  }
  const auto host = request.host();
  if (host && (!is_own_host(*host, surroundings.local_address, surroundings.allowed_hosts) ||
               request.count("Host") > 1)) {
    return bad_request(
        "The Host header must be the address of this endpoint, localhost or 169.254.169.254",
        "host_foreign");
  }
  return std::nullopt;
}

/// In a time that does not depend on where the texts differ.
bool is_equal_secret(std::string_view given, std::string_view expected) noexcept {
  return !expected.empty() && given.size() == expected.size() &&
         CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
}

std::optional<http::host_refusal> check_proof(const http::request_view& request,
                                              client_protocol protocol,
                                              const secret& identity_header) {
  if (protocol == client_protocol::imds) {
    return imds::check_fields(request);
  }
  const auto given = request.only_field(app_service::secret_field);
  if (given && is_equal_secret(*given, identity_header.reveal())) {
    return std::nullopt;
  }
  return app_service::wrong_secret(app_service::secret_field);
}

http::host_refusal wrong_method(client_protocol protocol) {
  return protocol == client_protocol::imds ? imds::wrong_method() : app_service::wrong_method();
}

std::optional<http::host_refusal> check_parameters(const http::query_string& query,
                                                   client_protocol protocol) {
  if (protocol == client_protocol::imds) {
    return imds::check_parameters(query);
  }
  if (const auto* name = query.repeated()) {
    return bad_request("The parameter '" + *name + "' is specified more than once.",
                       "parameter_repeated");
  }
  return app_service::check_parameters(query, app_service::api_version);
}

/// The identity that the query names; nothing if it names several.
template <std::size_t Count>
std::optional<managed_identity> identity_of(const http::query_string& query,
                                            const std::array<selector, Count>& selectors) {
  managed_identity result;
  for (const auto& each : selectors) {
    if (const auto* id = query.find(each.parameter)) {
      if (result.is_named()) {
        return std::nullopt;
      }
      result = each.name(*id);
    }
  }
  return result;
}

}  // namespace

std::variant<client_protocol, refusal> check_request(const http::request_view& request,
                                                     const request_surroundings& surroundings) {
  const auto protocol = protocol_at(request.path());
  if (!protocol) {
    return refusal_of(client_protocol::imds, imds::wrong_path());
  }
  if (request.method != "GET") {
    return refusal_of(*protocol, wrong_method(*protocol));
  }
  if (auto refused = check_origin(request, surroundings)) {
    return refusal_of(*protocol, *std::move(refused));
  }
  if (auto refused = check_proof(request, *protocol, surroundings.identity_header)) {
    return refusal_of(*protocol, *std::move(refused));
  }
  return *protocol;
}

std::variant<token_query, refusal> read_query(const http::request_view& request,
                                              client_protocol protocol) {
  const auto query = http::query_string::parse(request.query());
  if (!query) {
    return refusal_of(protocol, protocol == client_protocol::imds ? imds::malformed_query()
                                                                  : app_service::malformed_query());
  }
  if (auto refused = check_parameters(*query, protocol)) {
    return refusal_of(protocol, *std::move(refused));
  }
  auto identity = protocol == client_protocol::imds ? identity_of(*query, imds_selectors)
                                                    : identity_of(*query, app_service_selectors);
  if (!identity) {
    return refusal_of(protocol, app_service::wrong_identity());
  }
  return token_query{protocol, *query->find("resource"), *std::move(identity)};
}

}  // namespace midas::internal::proxy
