// Assembles a response from the pieces that libcurl delivers, up to a size limit.
#pragma once

#include "messages/http_message.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace midas::internal {

class curl_response {
 public:
  /// Slightly below libcurl's own limit, which libcurl reports like a network failure.
  static constexpr std::size_t max_header_bytes = std::size_t{256} << 10U;

  /// Starts a new response. `limit` bounds the body in bytes, and also the header block, which
  /// max_header_bytes bounds as well.
  void reset(std::size_t limit, bool expects_body);

  /// Adds one line of the header block, with its line ending; status lines count as such lines.
  /// False ends the exchange.
  bool add_header_line(std::string_view line);

  /// Appends to the body. False ends the exchange.
  bool add_body(std::string_view piece);

  /// True once the header block of the final (not 1xx) response is complete.
  [[nodiscard]] bool headers_complete() const noexcept { return headers_complete_; }
  [[nodiscard]] bool too_large() const noexcept { return too_large_; }
  /// True if it is not an HTTP/1.x response, even if libcurl accepted it.
  [[nodiscard]] bool malformed() const noexcept { return malformed_; }
  [[nodiscard]] http_response take() noexcept { return std::move(response_); }

 private:
  bool start(std::string_view status_line);
  bool end_header_block();
  void add_header(std::string_view name, std::string_view value);

  http_response response_;
  std::size_t limit_ = 0;
  std::size_t header_bytes_ = 0;
  // The Content-Length of the response. Determines how much to reserve, not how much to accept.
  std::size_t announced_ = 0;
  bool expects_body_ = true;
  bool before_status_line_ = true;
  bool headers_complete_ = false;
  bool too_large_ = false;
  bool malformed_ = false;
};

}  // namespace midas::internal
