// Beast's HTTP/1.1 request parser, with storage that a connection reuses.
#pragma once

#include "http/request_view.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::http {

/// The text of one request. A connection reuses it for the next.
class request_text {
 public:
  /// Valid until the text changes.
  [[nodiscard]] request_view view();
  void clear() noexcept;

 private:
  friend class request_parser;

  // Offsets instead of pointers, since the text moves when it grows.
  struct piece {
    std::size_t at = 0;
    std::size_t size = 0;
  };
  struct field_pieces {
    piece name;
    piece value;
  };
  piece keep(boost::beast::string_view text);
  void keep_target(std::string_view target);
  [[nodiscard]] std::string_view text(piece part) const noexcept {
    return std::string_view(head_).substr(part.at, part.size);
  }

  std::string head_;
  std::string body_;
  piece method_;
  piece target_;
  std::optional<piece> authority_;
  std::vector<field_pieces> pieces_;
  std::vector<header_field> fields_;
};

/// Parses one request. Feed it with put().
class request_parser final : public boost::beast::http::basic_parser<true> {
 public:
  /// Limits in bytes: `head_limit` applies to the request line and the header fields together,
  /// `body_limit` to the body. Exceeding one fails with http::error::header_limit or body_limit.
  request_parser(request_text& text, std::uint32_t head_limit, std::uint64_t body_limit);

  /// The request is HTTP/1.0, where connections close by default.
  [[nodiscard]] bool is_http_1_0() const noexcept { return version_ == 10; }

 private:
  using error_code = boost::beast::error_code;
  using text_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, text_view method, text_view target,
                       int version, error_code& error) override;
  void on_response_impl(int, text_view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field known, text_view name, text_view value,
                     error_code& error) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(text_view part, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t, text_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t left, text_view part, error_code& error) override;
  void on_finish_impl(error_code&) override {}

  request_text& text_;
  std::size_t head_limit_;
  int version_ = 11;
};

}  // namespace midas::internal::http
