// A line of the access log.
#pragma once

#include "proxy/observation/proxy_observer.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace midas::internal::proxy {

/// Appends the request as one line: a JSON object in printable ASCII, and a line break. Contains no
/// token and no secret. A resource or id that looks like a token is replaced. Any thread.
void append_access_line(std::string& to, const served_request& request);

/// Appends the line that reports lost ones.
void append_loss_line(std::string& to, std::uint64_t lost,
                      std::chrono::system_clock::time_point at);

}  // namespace midas::internal::proxy
