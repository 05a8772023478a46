// Writes replies as HTTP/1.1, in the form of the host whose protocol the client speaks.
#pragma once

#include "proxy/protocols/refusal.hpp"
#include "proxy/protocols/token_claims.hpp"
#include "proxy/token_query.hpp"
#include <midas/access_token.hpp>
#include <midas/sensitive_string.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace midas::internal::proxy {

/// The parts of a reply that the connection determines.
struct reply_frame {
  /// The value of the Date field.
  std::string_view date;
  /// The value of the Connection field; empty for no such field.
  std::string_view connection{};
  /// The id of the exchange: 36 characters.
  std::string_view request_id{};
  /// False for replies to HEAD, which have a Content-Length but no body.
  bool with_body = true;
};

/// Where the request's id is in every reply of IMDS, whatever its status.
inline constexpr std::size_t request_id_size = 36;

/// Appends the reply with a token that lives at least until `now`. Returns the offset of the
/// request's id from where the reply begins; 0 if it has none.
std::size_t append_token(sensitive_string& out, const token_query& query, const access_token& token,
                         const token_claims& claims, std::chrono::sys_seconds now,
                         const reply_frame& frame);

/// Appends the reply to a refused request.
void append_refusal(sensitive_string& out, const refusal& refused, const reply_frame& frame);

/// Appends the reply to input that is not a request, or is too large: the status is 400, 408, 413,
/// 431 or 503, and the connection closes.
void append_protocol_error(sensitive_string& out, int status, std::string_view text,
                           std::string_view date);

/// The interim response for a client that waits for permission to send a body.
inline constexpr std::string_view continue_text = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace midas::internal::proxy
