#include "transport/curl/curl_header_list.hpp"

#include <algorithm>
#include <cstddef>

namespace midas::internal {

namespace {

// With nothing behind the colon libcurl leaves a header of its own out.
constexpr std::string_view expect_left_out = "Expect:";
constexpr std::string_view content_type_left_out = "Content-Type:";
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
  // The nodes point into the text, so the text must not move as it grows.
  constexpr std::size_t punctuation = 3;
  auto size = user_agent.size() + agent.size() + expect_left_out.size() +
              content_type_left_out.size() + 3 * punctuation;
  for (const auto& header : request.headers) {
    size += header.name.size() + header.value.size() + punctuation;
  }
  text_.reserve(size);
  nodes_.reserve(request.headers.size() + 3);
  // Given as CURLOPT_USERAGENT, libcurl would put it together twice for each request.
  if (!has_header(request, user_agent)) {
    add(user_agent, ": ", agent);
  }
  for (const auto& header : request.headers) {
    // A semicolon in the colon's place is how libcurl is told of a header without a value.
    const auto is_empty = header.value.find_first_not_of(" \t") == sensitive_string::npos;
    add(header.name, is_empty ? ";" : ": ", is_empty ? std::string_view{} : header.value);
  }
  if (has_body(request)) {
    add(expect_left_out, {}, {});
    if (!has_header(request, "content-type")) {
      add(content_type_left_out, {}, {});
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
