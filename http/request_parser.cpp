#include "http/request_parser.hpp"

#include <boost/beast/http/error.hpp>

namespace midas::internal::http {

namespace beast_http = boost::beast::http;

request_view request_text::view() {
  fields_.clear();
  for (const auto& field : pieces_) {
    fields_.push_back({text(field.name), text(field.value)});
  }
  return {text(method_), text(target_), fields_, body_};
}

void request_text::clear() noexcept {
  head_.clear();
  body_.clear();
  method_ = target_ = {};
  pieces_.clear();
  fields_.clear();
}

request_text::piece request_text::keep(boost::beast::string_view text) {
  const piece kept{head_.size(), text.size()};
  head_.append(text.data(), text.size());
  return kept;
}

request_parser::request_parser(request_text& text, std::uint32_t head_limit,
                               std::uint64_t body_limit)
    : text_(text), head_limit_(head_limit) {
  text_.clear();
  eager(true);
  header_limit(head_limit);
  basic_parser::body_limit(body_limit);
}

void request_parser::on_request_impl(beast_http::verb, text_view method, text_view target,
                                     int version, error_code&) {
  version_ = version;
  text_.method_ = text_.keep(method);
  text_.target_ = text_.keep(target);
}

void request_parser::on_field_impl(beast_http::field, text_view name, text_view value,
                                   error_code& error) {
  // Beast's own limit applies to unparsed input only. Fields that arrive one by one and the trailer
  // of a chunked body would never exceed it. Four bytes are for the colon, a space and CRLF.
  const auto used = text_.head_.size() + text_.pieces_.size() * 4;
  if (used + name.size() + value.size() > head_limit_) {
    error = beast_http::error::header_limit;
    return;
  }
  const auto kept = text_.keep(name);
  text_.pieces_.push_back({kept, text_.keep(value)});
}

std::size_t request_parser::on_body_impl(text_view part, error_code&) {
  text_.body_.append(part.data(), part.size());
  return part.size();
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, text_view part, error_code& error) {
  return on_body_impl(part, error);
}

}  // namespace midas::internal::http
