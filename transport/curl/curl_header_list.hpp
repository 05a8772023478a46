// The header lines of a request as the linked list that libcurl reads.
#pragma once

#include "messages/http_message.hpp"

#include <curl/curl.h>

#include <string_view>
#include <vector>

namespace midas::internal {

/// Unlike curl_slist_append(), this list can wipe its bytes, and it reuses its memory.
class curl_header_list {
 public:
  /// Makes libcurl send the headers of the request, plus `user_agent` if the request has no
  /// User-Agent, and of libcurl's own headers only Host, Accept and Content-Length.
  void assign(const http_request& request, std::string_view user_agent);

  /// Wipes and removes the lines. libcurl must no longer refer to the list.
  void clear() noexcept;

  /// Valid until the next assign() or clear(); null for an empty list.
  [[nodiscard]] curl_slist* get() noexcept { return nodes_.empty() ? nullptr : nodes_.data(); }

 private:
  void add(std::string_view name, std::string_view separator, std::string_view value);

  // The lines, each terminated by a zero.
  sensitive_string text_;
  std::vector<curl_slist> nodes_;
};

/// True if the request is sent with a body, even an empty one.
bool has_body(const http_request& request) noexcept;

}  // namespace midas::internal
