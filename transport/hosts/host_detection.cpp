#include "transport/hosts/host_detection.hpp"

#include "messages/make_error.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::string_view authority_variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

// What a host is told by.
struct host_signature {
  identity_host host;
  // All of them have to be set. (No host has more; the rest is empty.)
  std::array<std::string_view, 3> variables{};
  // Who sets them.
  std::string_view advice{};

  [[nodiscard]] std::span<const std::string_view> needed() const noexcept {
    return std::span{variables}.first(static_cast<std::size_t>(
        std::ranges::find(variables, std::string_view{}) - variables.begin()));
  }
};

constexpr std::string_view ask_for_identity =
    "Give the app a managed identity, for the platform to set it";
constexpr std::string_view ask_for_compute = "Run this where Azure Machine Learning sets it";

// In the order in which they are looked for, those last that are not.
constexpr std::array<host_signature, 8> signatures{{
    {identity_host::workload_identity,
     {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"},
     "Label the pod azure.workload.identity/use: \"true\", for AKS to set it; or set it yourself"},
    {identity_host::service_fabric,
     {"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"},
     "Give the application a managed identity in its manifest, for Service Fabric to set it"},
    {identity_host::app_service, {"IDENTITY_ENDPOINT", "IDENTITY_HEADER"}, ask_for_identity},
    {identity_host::machine_learning, {"MSI_ENDPOINT", "MSI_SECRET"}, ask_for_compute},
    {identity_host::cloud_shell, {"MSI_ENDPOINT"}, "Run this in Azure Cloud Shell, which sets it"},
    {identity_host::azure_arc, {"IDENTITY_ENDPOINT", "IMDS_ENDPOINT"}},
    {identity_host::app_service_2017, {"MSI_ENDPOINT", "MSI_SECRET"}, ask_for_identity},
    {identity_host::imds, {authority_variable}},
}};
constexpr auto detected_signatures = std::span{signatures}.first<6>();

const host_signature* signature_of(identity_host host) noexcept {
  const auto* found = std::ranges::find(signatures, host, &host_signature::host);
  return found == signatures.end() ? nullptr : found;
}

// The agent of Azure Arc, and IMDS, have an address of their own where no variable gives one.
constexpr bool needs_variables(identity_host host) noexcept {
  return host != identity_host::azure_arc && host != identity_host::imds;
}

// A secret, and the endpoint that it is for.
struct secret_pair {
  std::string_view secret;
  std::string_view endpoint;
};

constexpr std::array<secret_pair, 2> secret_pairs{{
    {"IDENTITY_HEADER", "IDENTITY_ENDPOINT"},
    {"MSI_SECRET", "MSI_ENDPOINT"},
}};

// Those by which somebody may have meant another host than the one that is found.
constexpr std::array<std::string_view, 8> indicative_variables{"AZURE_FEDERATED_TOKEN_FILE",
                                                               "IDENTITY_ENDPOINT",
                                                               "IDENTITY_HEADER",
                                                               "IDENTITY_SERVER_THUMBPRINT",
                                                               "MSI_ENDPOINT",
                                                               "MSI_SECRET",
                                                               "IMDS_ENDPOINT",
                                                               authority_variable};

host_evidence look_at(const host_environment& environment, std::string_view variable) {
  const bool is_set = !environment.variable(variable).empty();
  const bool is_there = environment.variables.contains(variable);
  return {.subject = std::string{variable},
          .found = is_set     ? "set"
                   : is_there ? "empty, which counts as not set"
                              : "not set",
          .present = is_set};
}

host_evidence look_for_agent(const host_environment& environment) {
  const auto file = arc_agent_file(environment);
  const bool exists = environment.arc_agent_installed;
  return {.subject = file.empty() ? "Azure Arc's agent" : "the file " + file,
          .found = exists         ? "exists"
                   : file.empty() ? "does not run on this platform"
                                  : "does not exist",
          .present = exists};
}

host_finding look_for(const host_signature& sign, const host_environment& environment) {
  host_finding result{.host = sign.host, .matched = true, .evidence = {}};
  for (const auto variable : sign.needed()) {
    result.evidence.push_back(look_at(environment, variable));
    result.matched = result.matched && result.evidence.back().present;
  }
  if (sign.host == identity_host::azure_arc && !result.matched) {
    result.evidence.push_back(look_for_agent(environment));
    result.matched = result.evidence.back().present;
  }
  return result;
}

std::vector<std::string> remarks_on(const host_environment& environment,
                                    const host_signature& sign) {
  std::vector<std::string> result;
  for (const auto variable : indicative_variables) {
    if (!environment.variable(variable).empty() &&
        std::ranges::find(sign.needed(), variable) == sign.needed().end()) {
      result.push_back(std::string{variable} + " is set, and says nothing to " +
                       std::string{to_string(sign.host)});
    }
  }
  return result;
}

expected<identity_host> check_choice(const host_finding& finding, const host_signature& sign,
                                     std::string_view imds_authority) {
  const std::string name{to_string(sign.host)};
  if (!imds_authority.empty() && sign.host != identity_host::imds) {
    return fail(errc::invalid_configuration,
                "the endpoint that was given is for IMDS, but " + name +
                    " was chosen for the host: they contradict each other",
                "Give one or the other");
  }
  const auto missing = std::ranges::find(finding.evidence, false, &host_evidence::present);
  if (needs_variables(sign.host) && missing != finding.evidence.end()) {
    return fail(errc::invalid_configuration,
                name + " was chosen for the host, but " + missing->subject + " is not set",
                std::string{sign.advice});
  }
  return sign.host;
}

host_detection choose(const host_environment& environment, identity_host chosen,
                      std::string_view imds_authority) {
  const auto* const sign = signature_of(chosen);
  if (sign == nullptr) {
    return {fail(errc::invalid_configuration, "the host that was chosen is of no known kind",
                 "Choose one of midas::identity_host's"),
            {},
            {}};
  }
  auto finding = look_for(*sign, environment);
  host_detection result{check_choice(finding, *sign, imds_authority), {}, {}};
  finding.matched = result.host.has_value();
  finding.evidence.insert(finding.evidence.begin(),
                          {.subject = "the choice of the host", .found = "given", .present = true});
  result.findings.push_back(std::move(finding));
  return result;
}

expected<identity_host> check_secrets(const host_environment& environment) {
  for (const auto& [secret, endpoint] : secret_pairs) {
    if (!environment.variable(secret).empty() && environment.variable(endpoint).empty()) {
      return fail(errc::invalid_configuration,
                  std::string{secret} + " is set, but not " + std::string{endpoint} +
                      ", where it belongs: they contradict each other",
                  "Set " + std::string{endpoint} + " too, or unset " + std::string{secret} +
                      "; or choose the host yourself");
    }
  }
  return identity_host::imds;
}

host_detection choose_for_endpoint() {
  return {identity_host::imds,
          {{.host = identity_host::imds,
            .matched = true,
            .evidence = {{.subject = "the endpoint", .found = "given", .present = true}}}},
          {}};
}

host_detection detect(const host_environment& environment) {
  host_detection result{identity_host::imds, {}, {}};
  for (const auto& sign : detected_signatures) {
    result.findings.push_back(look_for(sign, environment));
    if (result.findings.back().matched) {
      result.host = sign.host;
      return result;
    }
  }
  auto imds = look_for(*signature_of(identity_host::imds), environment);
  if (!imds.matched) {
    result.host = check_secrets(environment);
    imds.matched = result.host.has_value();
    imds.evidence.push_back({.subject = "another host", .found = "not found", .present = true});
  }
  result.findings.push_back(std::move(imds));
  return result;
}

}  // namespace

host_detection detect_host(const host_environment& environment, std::optional<identity_host> chosen,
                           std::string_view imds_authority) {
  host_detection result = chosen                   ? choose(environment, *chosen, imds_authority)
                          : imds_authority.empty() ? detect(environment)
                                                   : choose_for_endpoint();
  if (result.host) {
    result.remarks = remarks_on(environment, *signature_of(*result.host));
  }
  return result;
}

}  // namespace midas::internal
