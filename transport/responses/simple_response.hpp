// Reads the response of a host that answers with a token (HTTP 200) or an error (any other status).
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/resolved_request.hpp"
#include "transport/responses/status_range.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal {

/// How the responses of one host are read.
struct response_format {
  /// The host's name in errors: "IMDS".
  std::string_view source;
  status_set transient_statuses{};
  bool is_status_code_foreign = false;
  /// What an error names in place of the system-assigned identity; empty for none.
  std::string default_identity{};
  /// The variable that the platform sets to the URL of the endpoint, path included; empty if there
  /// is none.
  std::string_view url_variable{};
  /// Whether an answer for another resource than the requested one is an error.
  bool checks_resource = false;
  /// The host's own advice for an error that it returned; an empty result keeps the general
  /// advice. Null if the host has none.
  std::string_view (*advise)(const error&) = nullptr;
};

/// The token in a response received at `now` (UTC), without its resource, or the error in the
/// response. Fails as read_token_response and read_service_error say.
expected<token_grant> read_simple_response(const response_format& format,
                                           const resolved_request& request, http_response response,
                                           std::chrono::sys_seconds now);

/// errc::identity_not_supported: the host cannot select an identity by an id of that kind. `reason`
/// says how the host selects it, `advice` what to do.
unexpected refuse_identity(std::string_view source, identity_kind kind, std::string_view reason,
                           std::string_view advice);

}  // namespace midas::internal
