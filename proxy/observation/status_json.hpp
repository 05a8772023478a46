// The status of the proxy as JSON, which its status page shows.
#pragma once

#include "proxy/observation/snapshot.hpp"

#include <cstddef>
#include <string>

namespace midas::internal::proxy {

/// The most keys and the most clients that status_json() lists: those with the most requests.
inline constexpr std::size_t max_listed = 200;

/// The members are those of docs/proxy_metrics.md. Times are milliseconds since 1970. Contains no
/// token. A text that a client or a host chose is one line of printable characters, in which
/// invisible ones are written as in "\u{202e}", and is cut to 300 bytes.
[[nodiscard]] std::string status_json(const snapshot& state);

}  // namespace midas::internal::proxy
