#include "tools/doctor/examination.hpp"

#include "service/service_core.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/token_service.hpp>

#include <utility>

namespace midas::internal::tools {

namespace {

using clock = std::chrono::steady_clock;

std::string address_of(const host_detection& detection, const token_service_options& options,
                       const host_environment& environment) {
  host_settings settings;
  settings.allow_insecure = options.allow_insecure_endpoint;
  settings.imds_authority = options.endpoint;
  const auto endpoint = make_protocol(detection, environment, settings);
  return endpoint ? endpoint->address : std::string{};
}

// The fallback host is examined when neither the user nor a variable selects one. Its first
// evidence is what would have selected it.
bool is_fallback(const host_finding& finding) {
  return profile_of(finding.host).signature.mode == detection_mode::fallback && finding.matched &&
         !finding.evidence.empty() && !finding.evidence.front().present;
}

bool host_did_not_answer(const examination& result) {
  const auto code = result.token.error().code;
  return code == errc::unreachable || code == errc::not_an_azure_host ||
         code == errc::deadline_exceeded || code == errc::request_timeout;
}

}  // namespace

examination examine(token_request request, token_service_options options,
                    std::chrono::nanoseconds timeout) {
  const auto environment = environment_of(options);
  examination result;
  result.request = std::move(request);
  result.detection = detect_host(environment, options.host, options.endpoint);
  result.address = address_of(result.detection, options, environment);
  result.listening = listener_at(result.address);
  const auto transport = std::make_shared<recording_transport>(std::make_shared<curl_multi_loop>());
  // Report the first failure immediately.
  options.max_retries = 0;
  auto tokens = make_token_service(options, {.transport = transport, .environment = environment});
  const auto begun = clock::now();
  result.token = tokens.get(result.request, timeout);
  result.elapsed = clock::now() - begun;
  result.at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  result.exchanges = transport->records();
  return result;
}

std::vector<std::string> remedies(const examination& result) {
  std::vector<std::string> advice;
  if (result.token) {
    return advice;
  }
  if (host_did_not_answer(result) && !result.detection.findings.empty() &&
      is_fallback(result.detection.findings.back())) {
    advice.emplace_back(
        "No host was detected, so midas tried the IMDS of a virtual machine. Managed identities "
        "exist only on Azure hosts; to try midas elsewhere, run midas simulate");
    advice.emplace_back(
        "On a virtual machine, check that no firewall or container network blocks "
        "169.254.169.254");
  }
  if (const auto& own = result.token.error().advice; !own.empty()) {
    advice.push_back(own);
  }
  for (const auto& each : result.detection.remarks) {
    advice.push_back(each +
                     "; if this is a different kind of host, set its missing variables or name it "
                     "with --host");
  }
  return advice;
}

}  // namespace midas::internal::tools
