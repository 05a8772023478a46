#include "transport/hosts/host_detection.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/hosts/credential_choice.hpp"
#include "transport/hosts/host_registry.hpp"
#include "transport/hosts/unused_variables.hpp"

#include <algorithm>
#include <iterator>
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

// The credential that AZURE_TOKEN_CREDENTIALS names, if the environment suffices for one of its
// hosts; empty otherwise.
std::string_view credential_in_effect(const host_environment& environment,
                                      std::string_view wanted) {
  const auto suffices = [&](const host_profile& profile) {
    return profile.credential == wanted &&
           (profile.signature.mode == detection_mode::fallback ||
            (profile.signature.mode == detection_mode::by_signature &&
             look_for(profile, environment).matched));
  };
  return std::ranges::any_of(host_profiles(), suffices) ? wanted : std::string_view{};
}

// "App Service was chosen because IDENTITY_ENDPOINT and IDENTITY_HEADER are set"
std::string reason_for(const host_finding& finding, const host_profile& profile, bool is_assumed) {
  const std::string name{profile.name};
  if (is_assumed) {
    return name + " was assumed because no variable names another host";
  }
  std::vector<std::string_view> present;
  for (const auto& each : finding.evidence) {
    if (each.present) {
      present.push_back(each.subject);
    }
  }
  const auto& last = finding.evidence.back();
  if (profile.signature.mode != detection_mode::fallback && last.present && last.found != "set") {
    return concat({name, " was chosen because ", last.subject, " ", last.found});
  }
  if (finding.evidence.front().is_option) {
    const auto chosen = concat({name, " was chosen by ", finding.evidence.front().subject});
    return lacks_evidence(finding) ? concat({chosen, ", although ", last.subject, " ", last.found})
                                   : chosen;
  }
  auto result = concat({name, " was chosen because ", joined(present, " and "),
                        (present.size() == 1 ? " is set" : " are set")});
  if (const auto absent = profile.signature.absent; !absent.empty()) {
    result.append(" and ").append(absent).append(" is not");
  }
  return result;
}

// Fills the members that explain the choice to a reader.
void explain(host_detection& detection, const host_environment& environment,
             const credential_choice& choice) {
  const auto& profile = profile_of(*detection.host);
  auto unused = find_unused(environment, profile, choice.name);
  detection.reason = reason_for(detection.findings.back(), profile, detection.is_assumed);
  for (const auto& each : unused.incomplete) {
    detection.reason += "; " + each;
  }
  detection.remarks = std::move(unused.incomplete);
  std::ranges::move(unused.others, std::back_inserter(detection.remarks));
  explain_credential(detection, choice);
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
                concat({"the endpoint option is for ", fallback.name,
                        ", but the host option chooses ", name}),
                "Set one of the two options");
  }
  std::vector<std::string_view> missing;
  for (const auto& each : finding.evidence) {
    if (!each.present) {
      missing.push_back(each.subject);
    }
  }
  if (profile.signature.needs_variables && !missing.empty()) {
    return fail(errc::invalid_configuration,
                concat({"the host option chooses ", name, ", but ", joined(missing, " and "),
                        missing.size() == 1 ? " is not set" : " are not set"}),
                profile.signature.advice);
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
  finding.evidence.insert(
      finding.evidence.begin(),
      {.subject = "the host option", .found = "set", .present = true, .is_option = true});
  result.findings.push_back(std::move(finding));
  return result;
}

host_detection choose_for_endpoint() {
  const auto host = fallback_profile().host;
  return {host,
          {{.host = host,
            .matched = true,
            .evidence = {{.subject = "the endpoint option",
                          .found = "set",
                          .present = true,
                          .is_option = true}}}}};
}

host_detection detect(const host_environment& environment, const credential_choice& choice) {
  const auto& fallback = fallback_profile();
  const auto wanted = credential_in_effect(environment, choice.name);
  host_detection result{fallback.host, {}};
  for (const auto& profile : host_profiles()) {
    if (profile.signature.mode != detection_mode::by_signature) {
      continue;
    }
    auto& finding = result.findings.emplace_back(look_for(profile, environment));
    if (finding.matched && !wanted.empty() && profile.credential != wanted) {
      pass_over(finding, wanted);
    }
    if (finding.matched) {
      result.host = profile.host;
      return result;
    }
  }
  auto finding = look_for(fallback, environment);
  if (!finding.matched) {
    finding.matched = result.is_assumed = true;
    finding.evidence.push_back({.subject = "another host", .found = "not found", .present = true});
  }
  result.findings.push_back(std::move(finding));
  return result;
}

// The advice if this machine shows no sign of the chosen host.
void mention_other_choice(host_detection& chosen, const host_environment& environment,
                          const credential_choice& choice) {
  if (!lacks_evidence(chosen.findings.back())) {
    return;
  }
  const auto detected = detect(environment, choice);
  chosen.reason += "; without the option, " + std::string{profile_of(*detected.host).name} +
                   " would be " + (detected.is_assumed ? "assumed" : "chosen");
}

// The advice if the wrong host was chosen.
void mention_detected(error& failure, const host_detection& detected) {
  if (detected.host && !detected.is_assumed) {
    failure.message += concat(
        {"; without the host option, ", profile_of(*detected.host).name, " would be chosen"});
  }
}

}  // namespace

host_detection detect_host(const host_environment& environment, std::optional<identity_host> chosen,
                           std::string_view imds_authority) {
  const auto choice = read_credential(environment);
  host_detection result = chosen                   ? choose(environment, *chosen, imds_authority)
                          : imds_authority.empty() ? detect(environment, choice)
                                                   : choose_for_endpoint();
  if (result.host) {
    explain(result, environment, choice);
    mention_other_choice(result, environment, choice);
  } else if (chosen && imds_authority.empty()) {
    mention_detected(result.host.error(), detect(environment, choice));
  }
  return result;
}

bool lacks_evidence(const host_finding& finding) {
  return !finding.evidence.empty() && finding.evidence.front().is_option &&
         !finding.evidence.back().present &&
         profile_of(finding.host).signature.mode == detection_mode::by_signature;
}

}  // namespace midas::internal
