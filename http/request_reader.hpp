// Turns the bytes that a connection receives into requests. Includes Beast.
#pragma once

#include "http/input_buffer.hpp"
#include "http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace midas::internal::http {

/// Reads one request after the other. One thread at a time.
class request_reader {
 public:
  /// The limits are in bytes; see request_parser.
  request_reader(std::uint32_t head_limit, std::uint64_t body_limit)
      : head_limit_(head_limit), body_limit_(body_limit) {}

  /// The space for the next bytes, at least one. Valid until the next call of any function.
  [[nodiscard]] boost::asio::mutable_buffer free_space() {
    input_.make_room();
    return {input_.free_space(), input_.free_size()};
  }
  /// Adds the first `size` bytes of that space.
  void commit(std::size_t size) noexcept { input_.commit(size); }
  /// Discards everything that has arrived and is not parsed.
  void discard_input() noexcept { input_.clear(); }

  /// Parses what has arrived. False if the request is incomplete. True if it is complete, or if it
  /// is malformed or over a limit, which sets `error`. Call next() before the next request.
  [[nodiscard]] bool read(boost::system::error_code& error);
  void next() { parser_.reset(); }

  /// Bytes of a request have arrived, and next() has not been called since.
  [[nodiscard]] bool has_begun() const noexcept { return parser_.has_value(); }
  /// The head is complete and the body is not; view() has the head.
  [[nodiscard]] bool waits_for_body() const {
    return parser_ && parser_->is_header_done() && !parser_->is_done();
  }

  /// The request, once read() returned true without an error. Valid until next().
  [[nodiscard]] request_view view() { return text_.view(); }
  [[nodiscard]] const request_parser& parser() const { return *parser_; }

 private:
  std::uint32_t head_limit_;
  std::uint64_t body_limit_;
  input_buffer input_;
  request_text text_;
  std::optional<request_parser> parser_;
};

}  // namespace midas::internal::http
