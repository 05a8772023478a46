// Reads the error in a response that does not grant a token; all hosts use the same forms.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/resolved_request.hpp"
#include "transport/responses/status_range.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <string_view>

namespace midas::internal {

/// The context in which a response is read.
struct error_context {
  /// The host's name in errors: "IMDS".
  std::string_view source;
  const resolved_request& request;
  /// Statuses, besides 408, 429 and 5xx, that mean a temporary failure of this host.
  status_set transient_statuses{};
  /// When the response was received, UTC.
  std::chrono::sys_seconds now{};
  /// The host never sends errors with `statusCode`, as the platform of App Service does.
  bool is_status_code_foreign = false;
  /// response_format::default_identity.
  std::string_view default_identity{};
  /// response_format::url_variable.
  std::string_view url_variable{};
};

/// The error in a response of any status but 200, with the details that read_error_body finds, or
/// else with a description of the body and of the server; only an error in the host's own form is
/// told as a refusal, and nothing that another server seems to have sent as a temporary failure of
/// the host, although its code may be the same. The code is
/// - errc::not_an_azure_host for an answer of another cloud's metadata service,
/// - errc::throttled for 429,
/// - errc::service_unavailable for 408, 5xx and the transient statuses,
/// - errc::identity_not_found for a 4xx whose body says so,
/// - errc::invalid_response for a 2xx, which is neither a token nor an error,
/// - errc::request_rejected for everything else.
error read_service_error(const error_context& context, http_response response);

}  // namespace midas::internal
