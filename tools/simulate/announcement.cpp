#include "tools/simulate/announcement.hpp"

#include "messages/plain_text.hpp"
#include "service/service_core.hpp"
#include "tools/environment_text.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"
#include "transport/hosts/identity_binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace midas::internal::tools {

namespace {

// The only directory whose key files clients accept, midas included.
constexpr std::string_view arc_agent_directory = "/var/opt/azcmagent/tokens";

std::string line(std::string_view label, std::string_view text) {
  return fmt::format("  {:<13}{}\n", label, printable(text));
}

// Clients need no variable if they take an endpoint, as midas does.
std::string usage_by_endpoint(const simulated_host& host) {
  return line("a token:",
              fmt::format("midas token --endpoint {} --resource https://vault.azure.net",
                          host.endpoint())) +
         line("other SDKs:",
              fmt::format("export AZURE_POD_IDENTITY_AUTHORITY_HOST={}", host.endpoint()));
}

// Whether midas uses the host only where plain http is allowed.
bool needs_insecure_endpoint(const simulated_host& host, identity_host kind) {
  token_service_options options;
  options.environment = host.environment();
  const auto environment = environment_of(options);
  const auto is_usable = [&](bool allow_insecure) {
    return make_protocol(detect_host(environment, kind, {}), environment,
                         {.allow_insecure = allow_insecure})
        .has_value();
  };
  return !is_usable(false) && is_usable(true);
}

// Whether clients learn from the environment which certificate to trust.
bool is_certificate_pinned(const simulated_host& host) {
  return std::ranges::any_of(host.environment(), [&host](const environment_variable& each) {
    return each.value == host.certificate_thumbprint();
  });
}

// The name that clients must ask the token proxy of identity bindings for; empty for other hosts.
std::string server_name_of(const simulated_host& host) {
  const auto& variables = host.environment();
  const auto found = std::ranges::find(variables, identity_binding::server_name_variable,
                                       &environment_variable::name);
  return found == variables.end() ? std::string{} : std::string{found->value};
}

bool is_token_proxy(const simulated_host& host) { return !server_name_of(host).empty(); }

std::string usage_by_environment(const simulated_host& host, identity_host kind) {
  const bool is_https = !host.certificate_file().empty();
  auto text = environment_text(environment_format::sh, host.environment());
  text += line(
      "a token:",
      fmt::format("midas token --host {}{}{} --resource https://vault.azure.net", option_name(kind),
                  needs_insecure_endpoint(host, kind) ? " --allow-insecure-endpoint" : "",
                  is_token_proxy(host) ? " --identity-binding" : ""));
  if (is_https && !is_certificate_pinned(host) && !is_token_proxy(host)) {
    text += line("", "works once the system trusts the certificate; see also --plain-http");
  }
  if (is_https) {
    text += line("certificate:", host.certificate_file());
  }
  if (!host.certificate_thumbprint().empty()) {
    text += line("thumbprint:", host.certificate_thumbprint());
  }
  if (!host.arc_key_directory().empty()) {
    text += line("key files:", host.arc_key_directory());
    if (host.arc_key_directory() != arc_agent_directory) {
      text += line("", fmt::format("clients accept those in {} only; see --arc-key-directory",
                                   arc_agent_directory));
    }
  }
  return text;
}

std::string curl_command(const simulated_host& host, std::string_view path) {
  const auto trust = host.certificate_file().empty()
                         ? std::string{}
                         : fmt::format("--cacert {} ", host.certificate_file());
  if (is_token_proxy(host)) {
    return fmt::format("curl {}--connect-to ::{} https://{}{}", trust,
                       host.endpoint().substr(std::string_view{"https://"}.size()),
                       server_name_of(host), path);
  }
  return fmt::format("curl {}{}{}", trust, host.endpoint(), path);
}

}  // namespace

std::string announcement(const simulated_host& host, const simulated_host_options& options) {
  auto text = fmt::format("Simulated {} at {}\n", to_string(options.host), host.endpoint());
  const bool takes_endpoint = profile_of(options.host).signature.mode == detection_mode::fallback;
  text += takes_endpoint ? usage_by_endpoint(host) : usage_by_environment(host, options.host);
  text += line("statistics:", curl_command(host, "/stats"));
  text += line("faults:", curl_command(host, "/faults"));
  if (options.journal_size > 0) {
    text += line("journal:", curl_command(host, "/journal"));
  }
  return text + line("seed:", std::to_string(host.seed())) + "Press Ctrl-C to stop.\n";
}

}  // namespace midas::internal::tools
