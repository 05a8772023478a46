#include "tools/doctor/remedies.hpp"

#include "actors/policies/acquisition_fsm.hpp"
#include "messages/time_text.hpp"
#include "transport/curl/curl_failure.hpp"
#include "transport/hosts/credential_choice.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr std::string_view in_container =
    "This process is in a container. On a virtual machine, let the container reach 169.254.169.254 "
    "(docker run --network host). App Service, Container Apps and AKS set variables in their "
    "containers; a container that was started by hand has none of them";
constexpr std::string_view on_virtual_machine =
    "On a virtual machine, check that no firewall or container network blocks 169.254.169.254";
constexpr std::string_view not_connected =
    "No connection was made in that time: check the address, and that no firewall drops the "
    "packets";

// The fallback host is examined when neither the user nor a variable selects one. Its first
// evidence is what would have selected it.
bool is_fallback(const host_finding& finding) {
  return profile_of(finding.host).signature.mode == detection_mode::fallback && finding.matched &&
         !finding.evidence.empty() && !finding.evidence.front().present;
}

std::vector<std::string> advice_on_variables(const examination& result) {
  std::vector<std::string> advice;
  for (const auto& each : result.detection.remarks) {
    // Says nothing about the kind of host.
    if (each.starts_with(credentials_variable)) {
      continue;
    }
    advice.push_back(each +
                     "; if this is a different kind of host, set its missing variables or name it "
                     "with --host");
  }
  return advice;
}

// Cuts a sentence, wherever it stands, and the separator beside it.
void cut_sentence(std::string& text, std::string_view sentence) {
  constexpr std::string_view separator = ". ";
  const auto at = sentence.empty() ? std::string::npos : text.find(sentence);
  if (at == std::string::npos) {
    return;
  }
  text.erase(at, sentence.size());
  if (std::string_view{text}.substr(at).starts_with(separator)) {
    text.erase(at, separator.size());
  } else if (std::string_view{text}.substr(0, at).ends_with(separator)) {
    text.erase(at - separator.size(), separator.size());
  }
}

// The error's own advice, without what the report shows elsewhere: the reason for the host, that
// identity bindings are off, and that there is no time for another attempt, since doctor makes one.
std::string advice_of(const examination& result) {
  auto own = result.token.error().advice;
  cut_sentence(own, result.detection.reason);
  cut_sentence(own, identity_binding::remedy_when_off);
  cut_sentence(own, result.binding_text);
  if (const auto begin = own.find(no_time_for_another); begin != std::string::npos) {
    own.erase(begin);
    own.erase(own.find_last_not_of(" .") + 1);
  }
  return own;
}

// The last exchange has no answer, because a time limit ended it.
bool is_unanswered(const examination& result) {
  return !result.exchanges.empty() && is_cut_short(result.exchanges.back());
}

bool host_did_not_answer(const examination& result) {
  if (result.token.error().http_status != 0) {
    return false;
  }
  const auto code = result.token.error().code;
  return code == errc::unreachable || code == errc::not_an_azure_host ||
         code == errc::deadline_exceeded || code == errc::request_timeout;
}

// Other pauses are midas's own, and short.
bool asks_for_pause(const examination& result) {
  const auto& problem = result.token.error();
  const auto& exchanges = result.exchanges;
  const bool is_answered =
      !exchanges.empty() && exchanges.back().answer && *exchanges.back().answer;
  return is_answered && ((*exchanges.back().answer)->retry_after ||
                         *problem.retry_after > std::chrono::seconds{5});
}

// What the failure itself suggests.
std::vector<std::string> own_advice(const examination& result) {
  std::vector<std::string> advice;
  if (is_unanswered(result)) {
    advice.emplace_back(result.is_connected ? no_answer_advice : not_connected);
  } else if (auto own = advice_of(result); !own.empty()) {
    advice.push_back(std::move(own));
  }
  const auto& problem = result.token.error();
  if (problem.retry_after && asks_for_pause(result)) {
    advice.push_back("The next request can be sent in " + duration_text(*problem.retry_after));
  }
  return advice;
}

}  // namespace

std::vector<std::string> remedies(const examination& result) {
  if (result.token) {
    return {};
  }
  // A variable without its partner is the likeliest reason for a host that was only assumed.
  auto advice =
      result.detection.is_assumed ? advice_on_variables(result) : std::vector<std::string>{};
  const auto& problem = result.token.error();
  const bool is_nowhere = host_did_not_answer(result) && !result.detection.findings.empty() &&
                          is_fallback(result.detection.findings.back());
  if (is_nowhere) {
    advice.emplace_back(
        "No host was detected, so midas tried the IMDS of a virtual machine. Managed identities "
        "exist only on Azure hosts; to try midas elsewhere, run midas simulate");
    advice.emplace_back(result.is_in_container ? in_container : on_virtual_machine);
  }
  if (host_did_not_answer(result) && result.detection.host &&
      lacks_evidence(result.detection.findings.back())) {
    advice.emplace_back(profile_of(*result.detection.host).signature.advice);
  }
  if (result.binding == identity_binding::usage::off &&
      supports_identity_binding(result.detection)) {
    advice.emplace_back(identity_binding::remedy_when_off);
  }
  // "Not an Azure host" has been said.
  if (!is_nowhere || problem.code != errc::not_an_azure_host) {
    std::ranges::move(own_advice(result), std::back_inserter(advice));
  }
  if (clock_ahead(result) != std::chrono::seconds{0}) {
    advice.emplace_back("Correct this machine's clock (timedatectl, chronyc tracking)");
  }
  // An error in the host's own form leaves no doubt about the kind of host.
  if (!result.detection.is_assumed && problem.service_code.empty()) {
    std::ranges::move(advice_on_variables(result), std::back_inserter(advice));
  }
  return advice;
}

}  // namespace midas::internal::tools
