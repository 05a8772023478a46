// What the metrics listener answers. Pure: a request in, an answer out.
#pragma once

#include "http/request_view.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// The state of the program, as a probe sees it.
struct health {
  bool is_good = true;
  /// A line for people: what is wrong, and with what.
  std::string text{};
};

/// Where the contents come from. All are called on the server's thread, and must not block.
struct observation_sources {
  std::function<std::string()> metrics;
  std::function<std::string()> status;
  /// Whether the program works at all; must not depend on the upstream.
  std::function<health()> live;
  /// Whether clients should be sent here.
  std::function<health()> ready;
};

struct observation_answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  /// Complete header fields, each with its line break.
  std::string more_fields{};
  std::string body{};
};

/// Answers GET and HEAD of /, /metrics, /status.json, /livez and /readyz. The body is the same for
/// HEAD; the caller leaves it out. Refuses a Host that is a name other than localhost, which a page
/// of another site would send after it had its name point here.
[[nodiscard]] observation_answer answer_observer(const http::request_view& request,
                                                 const observation_sources& sources);

/// The answer to a request that cannot be read. `status` is 400, 408, 413 or 431.
[[nodiscard]] observation_answer refuse_observer(int status, std::string_view text);

/// True for "localhost" and for addresses, each with or without a port: nobody can make a name of
/// their own point to the proxy and have a browser send one of these.
[[nodiscard]] bool is_address_or_localhost(std::string_view host);

/// The answer's bytes. `is_head` leaves the body out.
[[nodiscard]] std::string to_bytes(const observation_answer& answer, bool is_head, bool keep_alive);

}  // namespace midas::internal::proxy
