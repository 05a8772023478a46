#include "transport/curl/curl_header_list.hpp"

#include <algorithm>
#include <cstddef>

namespace midas::internal {

namespace {

// A header without a value suppresses libcurl's own header of that name.
constexpr std::string_view no_expect = "Expect:";
constexpr std::string_view no_content_type = "Content-Type:";
constexpr std::string_view accept_encoding = "Accept-Encoding";
constexpr std::string_view no_accept_encoding = "Accept-Encoding:";
constexpr std::string_view user_agent = "User-Agent";

bool has_header(const http_request& request, std::string_view name) noexcept {
  return std::ranges::any_of(request.headers, [name](const http_header& header) {
    return equal_ignoring_case(header.name, name);
  });
}

}  // namespace

bool has_body(const http_request& request) noexcept {
  return !request.body.empty() || request.method == "POST";
}

void curl_header_list::assign(const http_request& request, std::string_view agent) {
  clear();
  // Reserved in full: the nodes point into the text, which must not be reallocated.
  constexpr std::size_t punctuation = 3;
  auto size = user_agent.size() + agent.size() + no_expect.size() + no_content_type.size() +
              no_accept_encoding.size() + 4 * punctuation;
  for (const auto& header : request.headers) {
    size += header.name.size() + header.value.size() + punctuation;
  }
  text_.reserve(size);
  nodes_.reserve(request.headers.size() + 4);
  // Not CURLOPT_USERAGENT: libcurl would format that header twice for each request.
  if (!has_header(request, user_agent)) {
    add(user_agent, ": ", agent);
  }
  for (const auto& header : request.headers) {
    // libcurl's syntax for a header with an empty value ends in a semicolon.
    const auto is_empty = header.value.find_first_not_of(" \t") == sensitive_string::npos;
    add(header.name, is_empty ? ";" : ": ", is_empty ? std::string_view{} : header.value);
  }
  if (!has_header(request, accept_encoding)) {
    add(no_accept_encoding, {}, {});
  }
  if (has_body(request)) {
    add(no_expect, {}, {});
    if (!has_header(request, "content-type")) {
      add(no_content_type, {}, {});
    }
  }
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    nodes_[i - 1].next = &nodes_[i];
  }
}

void curl_header_list::clear() noexcept {
  wipe(text_.data(), text_.size());
  text_.clear();
  nodes_.clear();
}

void curl_header_list::add(std::string_view name, std::string_view separator,
                           std::string_view value) {
  nodes_.push_back({text_.data() + text_.size(), nullptr});
  text_ += name;
  text_ += separator;
  text_ += value;
  text_ += '\0';
}

}  // namespace midas::internal
