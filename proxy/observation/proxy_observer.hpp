// What the proxy reports about its clients and their requests: to metrics, status page and access
// log.
#pragma once

#include "proxy/client.hpp"
#include "proxy/token_query.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal::proxy {

/// How a request for a token ended. The names are values of the label `result` of
/// midas_token_requests_total.
enum class token_result : std::uint8_t {
  /// Answered from memory.
  hit,
  /// Answered from memory with a token whose refresh is overdue.
  stale,
  /// Waited for an acquisition that another request had caused.
  joined,
  /// Caused an acquisition, and was answered with its token.
  fetched,
  /// The host refused: another request of the same kind would be refused, too.
  refused,
  /// No token in time: the host failed or throttled, or the turn of the request cannot come.
  failed,
  /// The proxy refused: malformed, a header that must or must not be there, or against its rules.
  denied,
};

[[nodiscard]] std::string_view to_string(token_result result) noexcept;

/// A request that has been answered. The views are valid during the call.
struct served_request {
  const client& who;
  /// The query; null if the request was refused before it was read as one.
  const token_query* query = nullptr;
  token_result result = token_result::failed;
  /// The HTTP status of the answer; 0 if there is none, or if the connection was refused.
  int status = 0;
  /// Why there is no token: the code of midas's error, or of the proxy's own refusal, e.g.
  /// "metadata_header_missing"; empty for a token.
  std::string_view reason{};
  /// When the request was complete, and the time from then until the answer was handed to the
  /// socket.
  std::chrono::system_clock::time_point at{};
  std::chrono::nanoseconds elapsed{};
};

/// Why the proxy closed a connection. The names are values of the label `reason` of
/// midas_clients_rejected_total.
enum class rejection : std::uint8_t {
  /// The user is not on the list of allowed users, or is unknown while there is such a list.
  uid_not_allowed,
  /// There are as many connections as the configuration allows.
  too_many_connections,
  /// Its user or address has as many connections as the configuration allows to one.
  too_many_of_client,
  /// The request did not arrive in time.
  too_slow,
  /// Not HTTP, or more bytes of header fields than allowed.
  malformed,
  /// The proxy failed, usually for lack of memory. The other connections are served.
  internal_error,
};

[[nodiscard]] std::string_view to_string(rejection why) noexcept;

/// Follows what the workers do. All functions are called on the threads of the workers, several at
/// once, and for each cached answer, too: they must neither block nor throw, and share no cache
/// line among threads that they write on every call.
class proxy_observer {
 public:
  proxy_observer() = default;
  virtual ~proxy_observer() = default;
  proxy_observer(const proxy_observer&) = delete;
  proxy_observer& operator=(const proxy_observer&) = delete;

  /// `worker` counts from 0 and is below the number of workers: a place of its own for counters.
  virtual void served(unsigned worker, const served_request& request) noexcept = 0;
  virtual void connected(unsigned worker) noexcept = 0;
  virtual void disconnected(unsigned worker) noexcept = 0;
  virtual void rejected(unsigned worker, const client& who, rejection why) noexcept = 0;
};

}  // namespace midas::internal::proxy
