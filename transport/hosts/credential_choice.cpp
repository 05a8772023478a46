#include "transport/hosts/credential_choice.hpp"

#include "messages/concat.hpp"
#include "messages/http_message.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal {

namespace {

struct other_value {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::string_view not_offered = "a credential that midas does not have";

// The values that select no host: the two groups, and the other credentials of the SDKs.
constexpr std::array<other_value, 11> other_values{{
    {"prod", "both workload identity and managed identity"},
    {"dev", "the credentials of developer tools, which midas does not have"},
    {"EnvironmentCredential", not_offered},
    {"AzureCliCredential", not_offered},
    {"AzureDeveloperCliCredential", not_offered},
    {"AzurePowerShellCredential", not_offered},
    {"InteractiveBrowserCredential", not_offered},
    {"BrokerCredential", not_offered},
    {"VisualStudioCredential", not_offered},
    {"VisualStudioCodeCredential", not_offered},
    {"IntelliJCredential", not_offered},
}};

std::string remark_on(std::string_view value) {
  const std::string variable{credentials_variable};
  const auto* const known = std::ranges::find_if(other_values, [value](const other_value& each) {
    return equal_ignoring_case(each.name, value);
  });
  if (known != other_values.end()) {
    return concat({variable, " is ", known->name, ", which stands for ", known->meaning,
                   ", so it has no effect"});
  }
  return variable +
         " has an unknown value, which has no effect; only WorkloadIdentityCredential and "
         "ManagedIdentityCredential have one";
}

// "AZURE_TOKEN_CREDENTIALS is ManagedIdentityCredential".
std::string statement(const credential_choice& choice) {
  return std::string{credentials_variable}.append(" is ").append(choice.name);
}

bool is_passed_over(const host_finding& finding) {
  return !finding.evidence.empty() && finding.evidence.back().subject == credentials_variable;
}

// The first variable that hosts of the credential lack.
std::string first_missing(const host_detection& detection, std::string_view credential) {
  for (const auto& finding : detection.findings) {
    const auto missing = std::ranges::find(finding.evidence, false, &host_evidence::present);
    if (profile_of(finding.host).credential == credential && missing != finding.evidence.end()) {
      return missing->subject;
    }
  }
  return "its variables";
}

}  // namespace

credential_choice read_credential(const host_environment& environment) {
  const auto value = environment.variable(credentials_variable);
  if (value.empty()) {
    return {};
  }
  for (const auto& profile : host_profiles()) {
    if (equal_ignoring_case(profile.credential, value)) {
      return {.name = profile.credential, .remark = {}};
    }
  }
  return {.name = {}, .remark = remark_on(value)};
}

void pass_over(host_finding& finding, std::string_view wanted) {
  finding.matched = false;
  finding.evidence.push_back({.subject = std::string{credentials_variable},
                              .found = concat({"set to ", wanted}),
                              .present = false});
}

void explain_credential(host_detection& detection, const credential_choice& choice) {
  if (choice.name.empty()) {
    if (!choice.remark.empty()) {
      detection.remarks.push_back(choice.remark);
    }
    return;
  }
  const auto& found = profile_of(*detection.host);
  const auto& evidence = detection.findings.back().evidence;
  if (found.credential != choice.name && evidence.front().is_option) {
    detection.remarks.push_back(
        concat({statement(choice), ", but ", evidence.front().subject, " takes precedence"}));
    return;
  }
  if (found.credential != choice.name) {
    auto remark = concat(
        {statement(choice), ", but has no effect without ", first_missing(detection, choice.name)});
    detection.reason += "; " + remark;
    detection.remarks.push_back(std::move(remark));
    return;
  }
  const auto passed = std::ranges::find_if(detection.findings, is_passed_over);
  if (passed != detection.findings.end()) {
    detection.reason.append("; ").append(profile_of(passed->host).name);
    detection.reason += " was ignored because " + statement(choice);
  } else if (!evidence.front().is_option) {
    detection.reason += "; " + statement(choice);
  }
}

}  // namespace midas::internal
