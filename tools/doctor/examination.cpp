#include "tools/doctor/examination.hpp"

#include "service/service_core.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/token_service.hpp>

#include <algorithm>
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

bool is_taken_for_granted(const host_finding& finding) {
  return profile_of(finding.host).signature.mode == detection_mode::fallback && finding.matched &&
         std::ranges::none_of(finding.evidence, [](const host_evidence& each) {
           return each.present && each.found != "not found";
         });
}

bool nobody_answered(const examination& result) {
  const auto code = result.token.error().code;
  return code == errc::unreachable || code == errc::deadline_exceeded ||
         code == errc::request_timeout;
}

}  // namespace

examination examine(token_request request, token_service_options options,
                    std::chrono::nanoseconds timeout) {
  const auto environment = environment_of(options);
  examination result;
  result.request = std::move(request);
  result.detection = detect_host(environment, options.host, options.endpoint);
  result.address = address_of(result.detection, options, environment);
  const auto transport = std::make_shared<recording_transport>(std::make_shared<curl_multi_loop>());
  // What fails is to be seen at once, and as it is.
  options.retries = false;
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
  if (nobody_answered(result) && !result.detection.findings.empty() &&
      is_taken_for_granted(result.detection.findings.back())) {
    advice.emplace_back(
        "Nothing tells what kind of host this is, so that a virtual machine's IMDS was asked. "
        "Outside Azure there is no managed identity; for a trial, run midas simulate");
    advice.emplace_back(
        "On a virtual machine, see whether a firewall, or the network of a container, keeps "
        "169.254.169.254 from this process");
  }
  if (const auto& own = result.token.error().advice; !own.empty()) {
    advice.push_back(own);
  }
  for (const auto& each : result.detection.remarks) {
    advice.push_back(each +
                     ": if this is another kind of host, set the variables that it lacks, or name "
                     "it by --host");
  }
  return advice;
}

}  // namespace midas::internal::tools
