#include "transport/curl/curl_response.hpp"

#include "transport/formats/json_object.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

namespace midas::internal {

namespace {

// Above the number that identity endpoints send.
constexpr std::size_t reserved_headers = 12;

constexpr int switching_protocols = 101;

// Its reason phrase is not kept, since it says nothing.
constexpr int default_status = 200;

bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_white(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_white(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

template <class Number>
Number parse(std::string_view text, Number fallback) noexcept {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range) {
    return std::numeric_limits<Number>::max();
  }
  return problem == std::errc{} && end == text.data() + text.size() ? number : fallback;
}

int status_of(std::string_view status_line) noexcept {
  const auto space = status_line.find(' ');
  return space == std::string_view::npos ? 0 : parse(status_line.substr(space + 1, 3), 0);
}

// "HTTP/1.1 405 Method Not Allowed"; empty if there is none.
std::string_view reason_of(std::string_view status_line) noexcept {
  const auto status = status_line.find(' ');
  const auto end = status == std::string_view::npos ? status : status_line.find(' ', status + 1);
  return end == std::string_view::npos ? std::string_view{} : trimmed(status_line.substr(end));
}

}  // namespace

void curl_response::reset(std::size_t limit, bool expects_body) {
  // Not by assignment alone, which would keep the memory of the string with the bytes.
  const auto ended = std::exchange(response_, {});
  *this = curl_response{};
  limit_ = limit;
  expects_body_ = expects_body;
}

bool curl_response::add_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > std::min(limit_, max_header_bytes)) {
    too_large_ = true;
    return false;
  }
  // libcurl also delivers the trailers of a chunked body here; they are not headers.
  if (headers_complete_) {
    return true;
  }
  if (before_status_line_) {
    return start(line);
  }
  if (trimmed(line).empty()) {
    return end_header_block();
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    add_header(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
  return true;
}

bool curl_response::add_body(std::string_view piece) {
  auto& body = response_.body;
  if (piece.size() > limit_ - body.size()) {
    too_large_ = true;
    return false;
  }
  if (body.empty()) {
    body.reserve(std::max(announced_, piece.size()) + json_read_ahead);
  }
  body.append(piece);
  return true;
}

bool curl_response::start(std::string_view status_line) {
  before_status_line_ = false;
  announced_ = 0;
  response_.headers.clear();
  response_.headers.reserve(reserved_headers);
  response_.status = status_of(status_line);
  if (response_.status != default_status) {
    response_.reason = reason_of(status_line);
  }
  // libcurl accepts later HTTP versions over plain text, and a protocol switch that the request did
  // not offer.
  malformed_ = !status_line.starts_with("HTTP/1.") || response_.status < 100 ||
               response_.status == switching_protocols;
  return !malformed_;
}

bool curl_response::end_header_block() {
  if (response_.status < 200) {
    before_status_line_ = true;
    return true;
  }
  headers_complete_ = true;
  const auto has_body = expects_body_ && response_.status != 204 && response_.status != 304;
  too_large_ = has_body && announced_ > limit_;
  return !too_large_;
}

void curl_response::add_header(std::string_view name, std::string_view value) {
  if (equal_ignoring_case(name, "content-length")) {
    announced_ = std::max(announced_, parse<std::size_t>(value, 0));
  }
  response_.headers.push_back({std::string{name}, sensitive_string{value}});
}

}  // namespace midas::internal
