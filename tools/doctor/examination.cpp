#include "tools/doctor/examination.hpp"

#include "service/configured_identity.hpp"
#include "service/find_host.hpp"
#include "service/service_core.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/formats/uuid.hpp"
#include "transport/hosts/credential_choice.hpp"
#include "transport/hosts/host_registry.hpp"
#include "transport/responses/token_response.hpp"
#include <midas/token_service.hpp>

#include <algorithm>
#include <filesystem>
#include <future>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace midas::internal::tools {

namespace {

using clock = std::chrono::steady_clock;

// The variable that names a proxy; empty if none does.
std::string_view proxy_variable(const host_environment& environment) {
  for (const std::string_view name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (!environment.variable(name).empty()) {
      return name;
    }
  }
  return {};
}

// Why no request goes through a proxy; empty if requests do, except for hosts in NO_PROXY.
std::string_view why_no_proxy(const examination& result) {
  if (result.detection.host != identity_host::workload_identity) {
    return " is not used: only Microsoft Entra ID is asked through a proxy";
  }
  return result.binding == identity_binding::usage::in_use
             ? " is not used: AZURE_KUBERNETES_TOKEN_PROXY is reached directly"
             : "";
}

std::string describe_proxy(const examination& result, const token_service_options& options,
                           const host_environment& environment) {
  const auto why_not = why_no_proxy(result);
  if (!options.proxy.empty()) {
    return std::string{"The proxy option"}.append(
        why_not.empty() ? " is used, except for hosts in NO_PROXY" : why_not);
  }
  const auto variable = proxy_variable(environment);
  if (variable.empty()) {
    return {};
  }
  return std::string{variable}.append(
      why_not.empty() ? " is used, except for hosts in NO_PROXY and on this machine" : why_not);
}

bool is_in_container() {
  std::error_code ignored;
  return std::filesystem::exists("/.dockerenv", ignored) ||
         std::filesystem::exists("/run/.containerenv", ignored) ||
         std::filesystem::exists("/var/run/secrets/kubernetes.io", ignored);
}

// The fallback host is examined when neither the user nor a variable selects one. Its first
// evidence is what would have selected it.
bool is_fallback(const host_finding& finding) {
  return profile_of(finding.host).signature.mode == detection_mode::fallback && finding.matched &&
         !finding.evidence.empty() && !finding.evidence.front().present;
}

constexpr std::string_view in_container =
    "This process is in a container. On a virtual machine, let the container reach 169.254.169.254 "
    "(docker run --network host). App Service, Container Apps and AKS set variables in their "
    "containers; a container that was started by hand has none of them";
constexpr std::string_view on_virtual_machine =
    "On a virtual machine, check that no firewall or container network blocks 169.254.169.254";

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

void drop_last_sentence(std::string& text, std::string_view sentence) {
  if (!sentence.empty() && text.ends_with(sentence)) {
    text.resize(text.size() - sentence.size());
    text.resize(text.size() - (text.ends_with(". ") ? 2 : 0));
  }
}

// The error's own advice, without what the report shows elsewhere: the reason for the host, and
// that identity bindings are off.
std::string advice_of(const examination& result) {
  auto own = result.token.error().advice;
  drop_last_sentence(own, result.detection.reason);
  drop_last_sentence(own, identity_binding::remedy_when_off);
  drop_last_sentence(own, result.binding_text);
  return own;
}

bool host_did_not_answer(const examination& result) {
  if (result.token.error().http_status != 0) {
    return false;
  }
  const auto code = result.token.error().code;
  return code == errc::unreachable || code == errc::not_an_azure_host ||
         code == errc::deadline_exceeded || code == errc::request_timeout;
}

void name_configured_identity(examination& result, const token_service_options& options,
                              const host_environment& environment) {
  if (result.request.identity.is_named()) {
    result.identity_from = "an option";
    return;
  }
  const auto configured = configure_identity(options, environment);
  if (!configured) {
    result.identity_from = identity_variable;
    result.is_identity_unknown = true;
  } else if (configured->identity) {
    result.request.identity = *configured->identity;
    result.identity_from = configured->variable;
  }
}

// Names the identity that the host is asked for, and what names it.
void name_identity(examination& result, const token_service_options& options,
                   const host_environment& environment,
                   const std::optional<environment_identity>& host_default) {
  name_configured_identity(result, options, environment);
  if (host_default && !result.is_identity_unknown &&
      result.request.identity.kind() == identity_kind::system_assigned) {
    result.request.identity = host_default->identity;
    result.identity_from = host_default->variable;
  }
}

// The host answered, and not with a page or a text of something else.
bool has_answered(const examination& result) {
  return std::ranges::any_of(result.exchanges, [](const exchange_record& each) {
    return each.answer && *each.answer && (*each.answer)->body.text.starts_with("a JSON object");
  });
}

std::optional<int> probe_version(const examination& result, http_transport& transport) {
  const auto& host = result.detection.host;
  const auto probe = host ? profile_of(*host).version_probe : nullptr;
  if (probe == nullptr || !has_answered(result)) {
    return std::nullopt;
  }
  auto request = probe(result.address, random_uuid());
  request.connect_timeout = request.total_timeout = std::chrono::seconds{2};
  // Shared, since the promise is in use for a moment after the future is ready.
  const auto status = std::make_shared<std::promise<int>>();
  auto answered = status->get_future();
  transport.start(std::move(request), [status](const expected<http_response>& answer) {
    status->set_value(answer ? answer->status : 0);
  });
  return answered.get();
}

}  // namespace

examination examine(token_request request, token_service_options options,
                    std::chrono::nanoseconds timeout) {
  const auto environment = environment_of(options);
  examination result;
  result.request = std::move(request);
  result.detection = detect_host(environment, options.host, options.endpoint);
  std::optional<environment_identity> host_default;
  if (auto protocol = find_host(result.detection, options, environment)) {
    result.address = std::move(protocol->address);
    result.detection.reason = std::move(protocol->reason);
    host_default = std::move(protocol->default_identity);
  }
  name_identity(result, options, environment, host_default);
  result.binding =
      identity_binding::usage_of(environment, options.identity_binding,
                                 result.detection.host == identity_host::workload_identity);
  // Contradictory variables are the error that the report shows.
  if (result.binding != identity_binding::usage::in_use || !result.address.empty()) {
    result.binding_text = identity_binding::describe(result.binding, environment);
  }
  result.proxy = describe_proxy(result, options, environment);
  result.is_in_container = is_in_container();
  result.listening = listener_at(result.address);
  const auto wire = std::make_shared<curl_multi_loop>();
  const auto transport = std::make_shared<recording_transport>(wire);
  // Report the first failure immediately.
  options.max_retries = 0;
  auto tokens = make_token_service(options, {.transport = transport, .environment = environment});
  const auto begun = clock::now();
  result.token = tokens.get(result.request, timeout);
  result.elapsed = clock::now() - begun;
  result.at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  result.exchanges = transport->records();
  result.version_probe = probe_version(result, *wire);
  return result;
}

std::chrono::seconds clock_ahead(const examination& result) {
  for (const auto& each : result.exchanges) {
    if (each.answer && *each.answer && (*each.answer)->clock_ahead != std::chrono::seconds{0}) {
      return (*each.answer)->clock_ahead;
    }
  }
  return {};
}

std::string other_resource(const examination& result) {
  const auto key = make_key(result.request);
  for (const auto& each : result.exchanges) {
    if (each.answer && *each.answer && (*each.answer)->status == 200 && key &&
        is_other_resource((*each.answer)->resource, key->resource)) {
      return (*each.answer)->resource;
    }
  }
  return {};
}

std::string identity_of(const examination& result) {
  const auto& detected = result.detection.host;
  const auto named = detected ? profile_of(*detected).default_identity : std::string_view{};
  const bool is_default = result.request.identity.kind() == identity_kind::system_assigned;
  if (result.is_identity_unknown) {
    return "an unknown identity";
  }
  return is_default && !named.empty() ? std::string{named} : to_string(result.request.identity);
}

std::string subject_of(const examination& result) {
  return result.request.resource + " for " + identity_of(result);
}

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
  if (result.binding == identity_binding::usage::off &&
      result.detection.host == identity_host::workload_identity) {
    advice.emplace_back(identity_binding::remedy_when_off);
  }
  // "Not an Azure host" has been said.
  if (auto own = advice_of(result);
      !own.empty() && !(is_nowhere && problem.code == errc::not_an_azure_host)) {
    advice.push_back(std::move(own));
  }
  if (clock_ahead(result) != std::chrono::seconds{0}) {
    advice.emplace_back("Correct this machine's clock (timedatectl, chronyc tracking)");
  }
  if (!result.detection.is_assumed) {
    std::ranges::move(advice_on_variables(result), std::back_inserter(advice));
  }
  return advice;
}

}  // namespace midas::internal::tools
