// Reads what an identity endpoint says when it grants no token; alike for every host.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <span>
#include <string_view>

namespace midas::internal {

/// What an answer is read against.
struct error_context {
  /// The dialect, for people: "IMDS".
  std::string_view source;
  const token_request& request;
  /// The statuses, besides 408, 429 and 5xx, with which this host says that it fails for the
  /// moment.
  std::span<const int> transient_statuses{};
  /// When the answer was received, UTC.
  std::chrono::sys_seconds now{};
};

/// The error in a response of any status but 200, with what error_body.hpp finds in it and, of a
/// body that it finds nothing in, the beginning. The code is
/// - errc::throttled for 429,
/// - errc::service_unavailable for 408, 5xx and the passing statuses,
/// - errc::identity_not_found where a 4xx says so,
/// - errc::invalid_response for a 2xx, which is neither a token nor an error,
/// - errc::request_rejected for everything else.
error read_service_error(const error_context& context, http_response response);

}  // namespace midas::internal
