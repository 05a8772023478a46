#include "transport/hosts/host_detection.hpp"

#include "messages/make_error.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace midas::internal {

namespace {

host_evidence look_at(const host_environment& environment, std::string_view variable) {
  const bool is_set = !environment.variable(variable).empty();
  const bool exists = environment.variables.contains(variable);
  return {.subject = std::string{variable},
          .found = is_set   ? "set"
                   : exists ? "empty, which counts as not set"
                            : "not set",
          .present = is_set};
}

host_finding look_for(const host_profile& profile, const host_environment& environment) {
  host_finding result{.host = profile.host, .matched = true, .evidence = {}};
  for (const auto& variable : profile.signature.needed()) {
    result.evidence.push_back(look_at(environment, variable.name));
    result.matched = result.matched && result.evidence.back().present;
  }
  if (profile.signature.find_other_evidence != nullptr && !result.matched) {
    result.evidence.push_back(profile.signature.find_other_evidence(environment));
    result.matched = result.evidence.back().present;
  }
  return result;
}

bool uses(const host_profile& profile, std::string_view variable) {
  return std::ranges::find(profile.signature.needed(), variable, &signature_variable::name) !=
         profile.signature.needed().end();
}

std::vector<std::string> remarks_on(const host_environment& environment,
                                    const host_profile& found) {
  std::vector<std::string> result;
  for (const auto& other : host_profiles()) {
    for (const auto& [variable, is_common] : other.signature.needed()) {
      if (is_common || environment.variable(variable).empty() || uses(found, variable)) {
        continue;
      }
      auto remark =
          std::string{variable} + " is set, but " + std::string{found.name} + " does not use it";
      if (std::ranges::find(result, remark) == result.end()) {
        result.push_back(std::move(remark));
      }
    }
  }
  return result;
}

const host_profile& fallback_profile() {
  return *std::ranges::find(host_profiles(), detection_mode::fallback,
                            [](const auto& profile) { return profile.signature.mode; });
}

expected<identity_host> check_choice(const host_finding& finding, const host_profile& profile,
                                     std::string_view imds_authority) {
  const std::string name{profile.name};
  const auto& fallback = fallback_profile();
  if (!imds_authority.empty() && profile.host != fallback.host) {
    return fail(errc::invalid_configuration,
                "the endpoint option is for " + std::string{fallback.name} +
                    ", but the host option chooses " + name,
                "Set one of the two options");
  }
  const auto missing = std::ranges::find(finding.evidence, false, &host_evidence::present);
  if (profile.signature.needs_variables && missing != finding.evidence.end()) {
    return fail(errc::invalid_configuration,
                "the host option chooses " + name + ", but " + missing->subject + " is not set",
                std::string{profile.signature.advice});
  }
  return profile.host;
}

bool is_known(identity_host host) {
  return std::ranges::find(identity_hosts(), host) != identity_hosts().end();
}

host_detection choose(const host_environment& environment, identity_host chosen,
                      std::string_view imds_authority) {
  if (!is_known(chosen)) {
    return {fail(errc::invalid_configuration, "the chosen host is not a midas::identity_host",
                 "Choose one of midas::identity_hosts()"),
            {}};
  }
  const auto& profile = profile_of(chosen);
  auto finding = look_for(profile, environment);
  host_detection result{check_choice(finding, profile, imds_authority), {}};
  finding.matched = result.host.has_value();
  finding.evidence.insert(finding.evidence.begin(),
                          {.subject = "the host option", .found = "set", .present = true});
  result.findings.push_back(std::move(finding));
  return result;
}

expected<identity_host> check_secrets(const host_environment& environment) {
  for (const auto& profile : host_profiles()) {
    const auto secret = profile.signature.secret;
    const auto endpoint = profile.signature.variables.front().name;
    if (!secret.empty() && !environment.variable(secret).empty() &&
        environment.variable(endpoint).empty()) {
      return fail(errc::invalid_configuration,
                  std::string{secret} + " is set, but " + std::string{endpoint} +
                      ", the endpoint that it belongs to, is not",
                  "Set " + std::string{endpoint} + ", unset " + std::string{secret} +
                      ", or choose the host explicitly");
    }
  }
  return fallback_profile().host;
}

host_detection choose_for_endpoint() {
  const auto host = fallback_profile().host;
  return {host,
          {{.host = host,
            .matched = true,
            .evidence = {{.subject = "the endpoint option", .found = "set", .present = true}}}}};
}

host_detection detect(const host_environment& environment) {
  const auto& fallback = fallback_profile();
  host_detection result{fallback.host, {}};
  for (const auto& profile : host_profiles()) {
    if (profile.signature.mode != detection_mode::by_signature) {
      continue;
    }
    result.findings.push_back(look_for(profile, environment));
    if (result.findings.back().matched) {
      result.host = profile.host;
      return result;
    }
  }
  auto finding = look_for(fallback, environment);
  if (!finding.matched) {
    result.host = check_secrets(environment);
    finding.matched = result.is_assumed = result.host.has_value();
    finding.evidence.push_back({.subject = "another host", .found = "not found", .present = true});
  }
  result.findings.push_back(std::move(finding));
  return result;
}

}  // namespace

host_detection detect_host(const host_environment& environment, std::optional<identity_host> chosen,
                           std::string_view imds_authority) {
  host_detection result = chosen                   ? choose(environment, *chosen, imds_authority)
                          : imds_authority.empty() ? detect(environment)
                                                   : choose_for_endpoint();
  if (result.host) {
    result.remarks = remarks_on(environment, profile_of(*result.host));
  }
  return result;
}

}  // namespace midas::internal
