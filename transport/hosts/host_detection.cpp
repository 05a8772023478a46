#include "transport/hosts/host_detection.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/hosts/credential_choice.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
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

bool uses(const host_profile& profile, std::string_view variable) {
  return std::ranges::find(profile.signature.needed(), variable, &signature_variable::name) !=
         profile.signature.needed().end();
}

std::string joined(const std::vector<std::string_view>& words, std::string_view last_separator) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto separator = i + 1 == words.size() ? last_separator : std::string_view{", "};
    result.append(i == 0 ? std::string_view{} : separator).append(words[i]);
  }
  return result;
}

std::vector<std::string_view> missing_beside(const host_profile& profile,
                                             const host_environment& environment) {
  std::vector<std::string_view> result;
  for (const auto& variable : profile.signature.needed()) {
    if (environment.variable(variable.name).empty()) {
      result.push_back(variable.name);
    }
  }
  return result;
}

// What a variable that is set lacks to indicate a host: "IDENTITY_HEADER or IMDS_ENDPOINT". Of the
// hosts that have it in their signatures, those that lack least. Empty if some host lacks nothing.
std::string partners_of(std::string_view variable, const host_environment& environment) {
  std::vector<std::vector<std::string_view>> all;
  for (const auto& profile : host_profiles()) {
    if (uses(profile, variable) && profile.signature.mode != detection_mode::never) {
      all.push_back(missing_beside(profile, environment));
    }
  }
  const auto least =
      all.empty() ? 0
                  : std::ranges::min_element(all, {}, &std::vector<std::string_view>::size)->size();
  if (least == 0) {
    return {};
  }
  if (least > 1) {
    return joined(*std::ranges::find(all, least, &std::vector<std::string_view>::size), " and ");
  }
  std::vector<std::string_view> alternatives;
  for (const auto& missing : all) {
    if (missing.size() == 1 &&
        std::ranges::find(alternatives, missing.front()) == alternatives.end()) {
      alternatives.push_back(missing.front());
    }
  }
  return joined(alternatives, " or ");
}

void add_once(std::vector<std::string>& remarks, std::string remark) {
  if (std::ranges::find(remarks, remark) == remarks.end()) {
    remarks.push_back(std::move(remark));
  }
}

// The variables that are set and that `found` does not use: those that lack others, one sentence
// each, and those of hosts that come later.
struct unused_variables {
  std::vector<std::string> incomplete;
  std::vector<std::string> others;
};

unused_variables find_unused(const host_environment& environment, const host_profile& found,
                             std::string_view wanted) {
  unused_variables result;
  const bool is_wanted = found.credential == wanted;
  for (const auto& other : host_profiles()) {
    // Passed over on purpose.
    if (is_wanted && other.credential != found.credential) {
      continue;
    }
    for (const auto& [variable, is_common] : other.signature.needed()) {
      if (is_common || environment.variable(variable).empty() || uses(found, variable)) {
        continue;
      }
      auto remark = concat({variable, " is set, but "});
      if (const auto partners = partners_of(variable, environment); !partners.empty()) {
        add_once(result.incomplete, remark.append("has no effect without ").append(partners));
      } else {
        add_once(result.others, remark.append(found.name).append(" does not use it"));
      }
    }
  }
  return result;
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
    return concat({name, " was chosen by ", finding.evidence.front().subject});
  }
  auto result = concat({name, " was chosen because ", joined(present, " and "),
                        (present.size() == 1 ? " is set" : " are set")});
  if (const auto absent = profile.signature.absent; !absent.empty()) {
    result.append(" and ").append(absent).append(" is not");
  }
  return result;
}

// Fills what explains the choice to a reader.
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
  const auto missing = std::ranges::find(finding.evidence, false, &host_evidence::present);
  if (profile.signature.needs_variables && missing != finding.evidence.end()) {
    return fail(
        errc::invalid_configuration,
        concat({"the host option chooses ", name, ", but ", missing->subject, " is not set"}),
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

// For a reader who has chosen the wrong host.
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
  } else if (chosen && imds_authority.empty()) {
    mention_detected(result.host.error(), detect(environment, choice));
  }
  return result;
}

}  // namespace midas::internal
