// The host behind the proxy.
#include "messages/make_error.hpp"
#include "proxy/proxy_server.hpp"
#include "proxy/server/socket_address.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::proxy {
namespace {

host_environment environment_of(const token_service_options& options) {
  if (!options.environment) {
    return environment_of_this_process();
  }
  host_environment result;
  for (const auto& each : *options.environment) {
    result.variables.insert_or_assign(each.name,
                                      sensitive_string{each.value.data(), each.value.size()});
  }
  return result;
}

/// The host that the service would ask; an error if it has none.
expected<host_protocol> protocol_of(const host_environment& environment,
                                    const token_service_options& options, bool allow_insecure) {
  host_settings settings;
  settings.allow_insecure = allow_insecure;
  settings.imds_authority = options.endpoint;
  return make_protocol(detect_host(environment, options.host, options.endpoint), environment,
                       settings);
}

std::optional<url_parts> address_of(const host_environment& environment,
                                    const token_service_options& options) {
  const auto protocol = protocol_of(environment, options, true);
  if (!protocol) {
    return std::nullopt;
  }
  const auto parts = parse_url(protocol->address);
  return parts ? std::optional{*parts} : std::nullopt;
}

std::string_view port_of(const url_parts& url) noexcept {
  return !url.port.empty() ? std::string_view{url.port} : url.scheme == "https" ? "443" : "80";
}

bool is_any_address(std::string_view address) noexcept {
  return address == "0.0.0.0" || address == "::";
}

/// "localhost" and all loopback addresses count as one, since a name may mean any of them.
bool is_same_place(const url_parts& url, const listen_address& where) {
  if (!where.path.empty() || port_of(url) != std::to_string(where.port)) {
    return false;
  }
  const bool is_v6 = where.address.find(':') != std::string::npos;
  const auto own = is_v6 ? "[" + where.address + "]" : where.address;
  const bool is_local = is_loopback(url.host) || is_any_address(url.host) || url.host == "[::]";
  return url.host == own || (is_local && (is_loopback(own) || is_any_address(where.address)));
}

/// The variable whose value is a URL at that place; empty if there is none.
std::string_view variable_with(const host_environment& environment, const url_parts& url) {
  for (const auto name : identity_variables()) {
    const auto parts = parse_url(environment.variable(name));
    if (parts && origin(*parts) == origin(url)) {
      return name;
    }
  }
  return {};
}

unexpected own_upstream(const host_environment& environment, const token_service_options& options,
                        const url_parts& url) {
  const auto subject =
      "the proxy would ask itself for tokens: " + origin(url) + " is an address that it listens on";
  if (!options.endpoint.empty()) {
    return fail(errc::invalid_configuration, subject + ", and --upstream names it",
                "Name the identity endpoint of the host, or choose another port");
  }
  if (const auto name = variable_with(environment, url); !name.empty()) {
    return fail(errc::invalid_configuration, subject + ", and " + std::string{name} + " names it",
                "Start the proxy without that variable, which is for its clients, or name the "
                "host's endpoint with --upstream");
  }
  return fail(errc::invalid_configuration, subject + ", and the host's own endpoint has it",
              "Listen on another address, or in another network namespace");
}

}  // namespace

expected<token_service_options> upstream_options(const proxy_configuration& configuration) {
  token_service_options result;
  const auto& upstream = configuration.upstream;
  if (upstream == "auto") {
    return result;
  }
  if (upstream.find("://") != std::string::npos) {
    const auto url = check_endpoint(upstream, false);
    if (!url) {
      auto problem = url.error();
      problem.message.insert(0, "upstream: ");
      problem.code = errc::invalid_configuration;
      return unexpected{std::move(problem)};
    }
    result.endpoint = upstream;
    return result;
  }
  const auto host = read_identity_host(upstream);
  if (!host) {
    return fail(
        errc::invalid_configuration, "upstream '" + upstream + "' names no host",
        "Use auto, the URL of an IMDS such as http://169.254.169.254, or one of " + host_options());
  }
  result.host = *host;
  return result;
}

std::optional<host_chosen> upstream_host(const token_service_options& options) {
  const auto protocol =
      protocol_of(environment_of(options), options, options.allow_insecure_endpoint);
  return protocol ? std::optional{host_chosen{protocol->host, protocol->address, protocol->reason}}
                  : std::nullopt;
}

expected<void> check_upstream(const token_service_options& options,
                              std::span<const endpoint_state> endpoints) {
  const auto environment = environment_of(options);
  const auto url = address_of(environment, options);
  const bool is_own =
      url && std::any_of(endpoints.begin(), endpoints.end(), [&](const endpoint_state& each) {
        return each.problem.empty() && is_same_place(*url, each.where);
      });
  return is_own ? expected<void>{own_upstream(environment, options, *url)} : expected<void>{};
}

}  // namespace midas::internal::proxy
