// A response as it is put together from the pieces that libcurl hands out, up to a limit.
#pragma once

#include "messages/http_message.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace midas::internal {

class curl_response {
 public:
  /// A little less than what libcurl itself puts up with, and reports as if the network had failed.
  static constexpr std::size_t max_header_bytes = std::size_t{256} << 10U;

  /// For a new response of at most `limit` bytes of body, and as many of headers, but no more than
  /// max_header_bytes.
  void reset(std::size_t limit, bool expects_body);

  /// One line of the header block, a status line too, with its line end. False ends the exchange.
  bool add_header_line(std::string_view line);

  /// The next piece of the body. False ends the exchange.
  bool add_body(std::string_view piece);

  /// Whether a final (not a 1xx) status line and the headers after it came to their end.
  [[nodiscard]] bool headers_complete() const noexcept { return headers_complete_; }
  [[nodiscard]] bool too_large() const noexcept { return too_large_; }
  /// Whether it turned out to be no HTTP/1.x response, though libcurl may think so.
  [[nodiscard]] bool malformed() const noexcept { return malformed_; }
  [[nodiscard]] http_response take() noexcept { return std::move(response_); }

 private:
  bool start(std::string_view status_line);
  bool end_header_block();
  void add_header(std::string_view name, std::string_view value);

  http_response response_;
  std::size_t limit_ = 0;
  std::size_t header_bytes_ = 0;
  // What Content-Length announced; it decides how much to reserve, not how much to accept.
  std::size_t announced_ = 0;
  bool expects_body_ = true;
  bool before_status_line_ = true;
  bool headers_complete_ = false;
  bool too_large_ = false;
  bool malformed_ = false;
};

}  // namespace midas::internal
