#include "tools/doctor/examination.hpp"

#include "service/configured_identity.hpp"
#include "service/find_host.hpp"
#include "service/service_core.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/formats/uuid.hpp"
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

bool has_member(const answer_shape& answer, std::string_view name) {
  return std::ranges::find(answer.body.members, name, &member_shape::name) !=
         answer.body.members.end();
}

// The host answered, and not another server with a page, a text or an error of its own form.
bool has_answered(const examination& result) {
  return std::ranges::any_of(result.exchanges, [](const exchange_record& each) {
    return each.answer && *each.answer && (*each.answer)->body.text.starts_with("a JSON object") &&
           !has_member(**each.answer, "statusCode");
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
  result.binding = identity_binding::usage_of(environment, options.identity_binding,
                                              supports_identity_binding(result.detection));
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
  result.is_connected = wire->statistics().connections_opened > 0;
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

}  // namespace midas::internal::tools
