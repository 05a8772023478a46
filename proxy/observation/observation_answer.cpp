#include "proxy/observation/observation_answer.hpp"

#include "http/host_field.hpp"
#include "proxy/observation/metrics.hpp"
#include "proxy/observation/status_page.hpp"

#include <fmt/format.h>

#include <optional>

namespace midas::internal::proxy {

namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Bad Request";
  }
}

observation_answer health_answer(const std::function<health()>& source) {
  const auto state = source ? source() : health{};
  observation_answer result;
  result.status = state.is_good ? 200 : 503;
  result.body = (state.text.empty() ? (state.is_good ? "ok" : "not ready") : state.text) + "\n";
  return result;
}

std::optional<observation_answer> content(std::string_view path,
                                          const observation_sources& sources) {
  observation_answer result;
  if (path == "/livez") {
    return health_answer(sources.live);
  }
  if (path == "/readyz") {
    return health_answer(sources.ready);
  }
  if (path == "/metrics") {
    result.content_type = metrics_content_type;
    result.body = sources.metrics();
  } else if (path == "/status.json") {
    result.content_type = "application/json";
    result.body = sources.status();
  } else if (path == "/") {
    const auto& page = own_status_page();
    result.content_type = "text/html; charset=utf-8";
    result.more_fields = "Content-Security-Policy: " + page.policy + "\r\n";
    result.body = page.html;
  } else {
    return std::nullopt;
  }
  return result;
}

std::optional<observation_answer> refusal_of_host(const http::request_view& request) {
  const auto host = request.host();
  if (!host || request.count("host") > 1) {
    return refuse_observer(400, "The request must have one Host");
  }
  if (!is_address_or_localhost(*host)) {
    return refuse_observer(403,
                           "Use the address of the listener, or localhost: another Host is "
                           "refused");
  }
  return std::nullopt;
}

}  // namespace

bool is_address_or_localhost(std::string_view host) {
  const auto parts = http::read_host(host);
  const bool is_localhost =
      parts && !parts->is_bracketed && http::equal_ignoring_case(parts->name, "localhost");
  return is_localhost || (parts && http::is_address(*parts));
}

observation_answer refuse_observer(int status, std::string_view text) {
  observation_answer result;
  result.status = status;
  result.body = std::string{text} + "\n";
  return result;
}

observation_answer answer_observer(const http::request_view& request,
                                   const observation_sources& sources) {
  if (auto refused = refusal_of_host(request)) {
    return *std::move(refused);
  }
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (!is_read) {
    auto result = refuse_observer(405, "Use GET or HEAD");
    result.more_fields = "Allow: GET, HEAD\r\n";
    return result;
  }
  auto found = content(request.path(), sources);
  return found ? *std::move(found)
               : refuse_observer(404, "Try /, /metrics, /status.json, /livez or /readyz");
}

std::string to_bytes(const observation_answer& answer, bool is_head, bool keep_alive) {
  auto result = fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Content-Type: {}\r\n"
      "Content-Length: {}\r\n"
      "Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "{}{}\r\n",
      answer.status, reason_phrase(answer.status), answer.content_type, answer.body.size(),
      answer.more_fields, keep_alive ? "" : "Connection: close\r\n");
  if (!is_head) {
    result += answer.body;
  }
  return result;
}

}  // namespace midas::internal::proxy
