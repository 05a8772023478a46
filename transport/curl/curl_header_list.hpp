// The header lines of a request in the form that libcurl reads.
#pragma once

#include "messages/http_message.hpp"

#include <curl/curl.h>

#include <string_view>
#include <vector>

namespace midas::internal {

/// Unlike in curl_slist_append's lists, the bytes are ours to wipe, and the memory is used again.
class curl_header_list {
 public:
  /// What libcurl must be told to send the headers of the request, that User-Agent unless the
  /// request has one, and none of its own but Host, Accept and Content-Length.
  void assign(const http_request& request, std::string_view user_agent);

  /// Wipes and forgets the lines; libcurl must not read the list any more.
  void clear() noexcept;

  /// Valid until the next assign() or clear(); null when there is nothing to tell.
  [[nodiscard]] curl_slist* get() noexcept { return nodes_.empty() ? nullptr : nodes_.data(); }

 private:
  void add(std::string_view name, std::string_view separator, std::string_view value);

  // The lines one after the other, each with a zero behind it.
  sensitive_string text_;
  std::vector<curl_slist> nodes_;
};

/// Whether the request is sent with a body, be it an empty one.
bool has_body(const http_request& request) noexcept;

}  // namespace midas::internal
