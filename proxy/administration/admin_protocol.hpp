// The protocol of the administrator's socket: HTTP/1.1 with four commands.
#pragma once

#include "http/request_view.hpp"
#include "proxy/administration/administration.hpp"
#include "proxy/client.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace midas::internal::proxy {

/// An answer. Its body is a JSON object and a line break.
struct admin_reply {
  int status = 200;
  /// The value of Allow, with status 405.
  std::string_view allow{};
  std::string body{};
};

namespace admin {
struct list_keys {};
struct flush {
  key_selection selected{};
};
struct reload {};
struct drain {};
}  // namespace admin

/// A command; or, for a request that is none, the answer that says so.
using admin_command =
    std::variant<admin::list_keys, admin::flush, admin::reload, admin::drain, admin_reply>;

/// Root and the user of the proxy may. A client whose user is unknown may not: the mode of the
/// socket lets nobody else connect, but a socket can be passed on.
[[nodiscard]] bool may_administrate(const client& who, uid_t self) noexcept;

/// The path is compared exactly; parameters that are unknown or repeated are refused, so that a
/// misspelled one does not flush everything. Pure.
///
///     GET /keys
///     POST /flush[?resource=RESOURCE][&identity=IDENTITY]
///     POST /reload
///     POST /drain
[[nodiscard]] admin_command read_admin_command(const http::request_view& request);

/// The answer to bytes that are not a request.
[[nodiscard]] admin_reply malformed_admin_request();

/// Answers a request, and does what it asks if the client may: 200 for a command that is done, 202
/// for a drain that begins, 400 for a malformed request, 403 for another user, 404 for another
/// path, 405 for another method, 422 for a configuration that is refused.
[[nodiscard]] admin_reply answer_admin(const http::request_view& request, const client& who,
                                       uid_t self, administration& proxy,
                                       std::chrono::sys_seconds now);

}  // namespace midas::internal::proxy
