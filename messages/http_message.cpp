#include "messages/http_message.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"

#include <algorithm>

namespace midas::internal {

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
  const auto lower = [](char c) { return ascii::lower(c); };
  return std::ranges::equal(left, right, {}, lower, lower);
}

const http_header* find_header(const http_response& response, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(response.headers, [name](const http_header& header) {
    return equal_ignoring_case(header.name, name);
  });
  return found == response.headers.end() ? nullptr : &*found;
}

std::string_view header_value(const http_response& response, std::string_view name) noexcept {
  const auto* header = find_header(response, name);
  if (header == nullptr) {
    return {};
  }
  std::string_view text = header->value;
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::vector<secret> proofs_of(const http_request& request) {
  auto result = request.proofs;
  for (const auto& header : request.headers) {
    if (!header.is_public) {
      result.emplace_back(header.value);
    }
  }
  return result;
}

std::string to_string(const http_request& request) {
  return concat({"http_request(", request.method, " ", request.url.substr(0, request.url.find('?')),
                 ", headers=", std::to_string(request.headers.size()),
                 ", body_bytes=", std::to_string(request.body.size()), ")"});
}

std::string to_string(const http_response& response) {
  return concat({"http_response(status=", std::to_string(response.status),
                 ", headers=", std::to_string(response.headers.size()),
                 ", body_bytes=", std::to_string(response.body.size()), ")"});
}

}  // namespace midas::internal
