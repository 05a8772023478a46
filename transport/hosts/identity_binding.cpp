#include "transport/hosts/identity_binding.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/certificate_pem.hpp"
#include "transport/formats/plain_value.hpp"
#include "transport/hosts/environment_endpoint.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace midas::internal::identity_binding {

namespace {

constexpr std::size_t max_shown = 300;
constexpr std::size_t max_name_size = 253;

constexpr std::string_view proxy_advice =
    "Use an https URL, as AKS sets it for a pod with identity bindings";

std::string named(std::string_view variable) { return std::string{variable}; }

// The first variable that is set; empty if none is.
std::string_view first_set(const host_environment& environment) {
  const auto* const found = std::ranges::find_if(
      variables, [&](std::string_view name) { return !environment.variable(name).empty(); });
  return found == variables.end() ? std::string_view{} : *found;
}

// The name that the proxy's certificate must have.
std::string described_name(const host_environment& environment) {
  return environment.variable(server_name_variable).empty()
             ? "the host in that URL"
             : "the name in " + named(server_name_variable);
}

// The source of the authorities of the proxy's certificate.
std::string described_origin(const host_environment& environment) {
  for (const auto variable : {ca_file_variable, ca_data_variable}) {
    if (!environment.variable(variable).empty()) {
      return "in " + named(variable);
    }
  }
  return concat({"of this system, since neither ", named(ca_file_variable), " nor ",
                 named(ca_data_variable), " is set"});
}

bool is_server_name(std::string_view text) noexcept {
  return text.size() <= max_name_size && std::ranges::all_of(text, [](char c) {
           return ascii::is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
         });
}

expected<url_parts> proxy_of(const host_environment& environment) {
  const auto text = environment.variable(proxy_variable);
  auto parts = parse_url(text);
  if (!parts) {
    return blame_variable(proxy_variable, std::move(parts.error()));
  }
  if (parts->scheme != "https") {
    return blame_variable(
        proxy_variable,
        make_error(errc::endpoint_not_allowed,
                   concat({"the token proxy ", quoted(one_line(origin(*parts), max_shown)),
                           " must use https: it receives the federated token"}),
                   proxy_advice));
  }
  if (auto checked = check_no_query(text); !checked) {
    return blame_variable(proxy_variable, std::move(checked.error()));
  }
  return parts;
}

expected<void> check(const connection_settings& settings) {
  if (!is_server_name(settings.server_name)) {
    return fail(
        errc::invalid_configuration,
        named(server_name_variable) + " must consist of letters, digits, '.', '-' and '_' only",
        "Use the host name that AKS sets");
  }
  if (!settings.ca_file.empty() && !settings.ca_data.empty()) {
    return fail(
        errc::invalid_configuration,
        concat({named(ca_file_variable), " and ", named(ca_data_variable), " are both set"}),
        "Set only one of them: it alone says which certificate authorities count");
  }
  if (!settings.ca_data.empty() && !holds_certificate(settings.ca_data)) {
    return fail(errc::invalid_configuration, named(ca_data_variable) + " has no certificate in PEM",
                "Set it to the text of a certificate, from -----BEGIN CERTIFICATE----- on, or name "
                "a file in " +
                    named(ca_file_variable));
  }
  return {};
}

// Remembers the authorities, and the way that they belong to.
class changing_route {
 public:
  changing_route(std::string file, internet_access way,
                 decltype(credential_files::read_authorities) read)
      : file_(std::move(file)), read_(std::move(read)), way_(std::move(way)) {}

  expected<std::shared_ptr<const internet_access>> find() {
    const auto content = read_(file_, max_authorities_bytes);
    if (!content) {
      return unexpected{content.error()};
    }
    const std::lock_guard lock{mutex_};
    auto authorities = authorities_after(way_.ca_pem, *content, file_);
    if (!authorities) {
      return unexpected{std::move(authorities.error())};
    }
    if (current_ == nullptr || *authorities != way_.ca_pem) {
      way_.ca_pem = *std::move(authorities);
      current_ = std::make_shared<const internet_access>(way_);
    }
    return current_;
  }

 private:
  const std::string file_;
  const decltype(credential_files::read_authorities) read_;
  std::mutex mutex_;
  internet_access way_;
  std::shared_ptr<const internet_access> current_;
};

}  // namespace

expected<std::optional<connection_settings>> read_settings(const host_environment& environment) {
  const auto first = first_set(environment);
  if (first.empty()) {
    return std::nullopt;
  }
  if (first != proxy_variable) {
    return fail(
        errc::invalid_configuration,
        concat({named(first), " is set, but ", named(proxy_variable), " is not"}),
        "Set the URL of the token proxy, or none of the variables of identity bindings; AKS "
        "sets them together");
  }
  auto proxy = proxy_of(environment);
  if (!proxy) {
    return unexpected{std::move(proxy.error())};
  }
  const auto value = [&](std::string_view name) { return std::string{environment.variable(name)}; };
  connection_settings result{.proxy = *std::move(proxy),
                             .server_name = value(server_name_variable),
                             .ca_file = value(ca_file_variable),
                             .ca_data = value(ca_data_variable)};
  if (auto checked = check(result); !checked) {
    return unexpected{std::move(checked.error())};
  }
  return result;
}

std::string join_url(const url_parts& proxy, std::string_view path) {
  auto result = origin(proxy).append(proxy.path);
  result.erase(result.find_last_not_of('/') + 1);
  return result.append(path);
}

expected<std::string> authorities_after(std::string_view kept, std::string_view content,
                                        std::string_view path) {
  const auto file =
      concat({named(ca_file_variable), ": the file ", quoted(one_line(path, max_shown))});
  if (without_margins(content).empty()) {
    return kept.empty() ? fail(errc::invalid_configuration, file + " is empty",
                               "AKS may be replacing it: try again, and check the file if it stays "
                               "empty")
                        : expected<std::string>{std::string{kept}};
  }
  if (!holds_certificate(content)) {
    return fail(errc::invalid_configuration, file + " has no certificate in PEM",
                "Name the file of certificate authorities that AKS mounts into the pod");
  }
  return std::string{content};
}

route_function make_route(connection_settings settings, internet_access system,
                          decltype(credential_files::read_authorities) read) {
  system.server_name = std::move(settings.server_name);
  if (!settings.ca_file.empty()) {
    system.ca_origin = ca_file_variable;
    return [route = std::make_shared<changing_route>(std::move(settings.ca_file), std::move(system),
                                                     std::move(read))] { return route->find(); };
  }
  if (!settings.ca_data.empty()) {
    system.ca_origin = ca_data_variable;
    system.ca_pem = std::move(settings.ca_data);
  }
  return [way = std::make_shared<const internet_access>(std::move(system))] { return way; };
}

usage usage_of(const host_environment& environment, bool is_enabled, bool is_workload_identity) {
  const bool is_described = !first_set(environment).empty();
  if (!is_enabled) {
    return is_described ? usage::off : usage::absent;
  }
  if (!is_workload_identity) {
    return usage::of_another_host;
  }
  return is_described ? usage::in_use : usage::without_variables;
}

std::string describe(usage found, const host_environment& environment) {
  switch (found) {
    case usage::absent:
      break;
    case usage::in_use:
      return concat({"The federated token goes to ", named(proxy_variable),
                     " instead of Microsoft Entra ID; the certificate there must be for ",
                     described_name(environment), ", by an authority ",
                     described_origin(environment)});
    case usage::off:
      return named(first_set(environment)) + " is not used: identity bindings are off";
    case usage::without_variables:
      return concat({"The identity_binding option has no effect without ", named(proxy_variable),
                     ", which AKS sets for pods with the annotation "
                     "azure.workload.identity/use-identity-binding: \"true\""});
    case usage::of_another_host:
      return "The identity_binding option is not used: identity bindings belong to workload "
             "identity";
  }
  return {};
}

}  // namespace midas::internal::identity_binding
