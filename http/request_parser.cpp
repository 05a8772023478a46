#include "http/request_parser.hpp"

#include <boost/beast/http/error.hpp>

namespace midas::internal::http {

namespace beast_http = boost::beast::http;

namespace {

// Of "http://" or "https://", in any case; 0 without either.
std::size_t size_of_scheme(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      return scheme.size();
    }
  }
  return 0;
}

}  // namespace

request_view request_text::view() {
  fields_.clear();
  for (const auto& field : pieces_) {
    fields_.push_back({text(field.name), text(field.value)});
  }
  return {.method = text(method_),
          .target = text(target_),
          .fields = fields_,
          .body = body_,
          .authority = authority_ ? std::optional{text(*authority_)} : std::nullopt};
}

void request_text::clear() noexcept {
  head_.clear();
  body_.clear();
  method_ = target_ = {};
  authority_.reset();
  pieces_.clear();
  fields_.clear();
}

request_text::piece request_text::keep(boost::beast::string_view text) {
  const piece kept{head_.size(), text.size()};
  head_.append(text.data(), text.size());
  return kept;
}

// Clients that believe in a proxy send "http://HOST/PATH", which every server of HTTP/1.1 must
// accept (RFC 9112, 3.2.2).
void request_text::keep_target(std::string_view target) {
  const auto scheme_size = size_of_scheme(target);
  if (scheme_size != 0) {
    target.remove_prefix(scheme_size);
    const auto authority = target.substr(0, target.find_first_of("/?#"));
    authority_ = keep({authority.data(), authority.size()});
    target.remove_prefix(authority.size());
  }
  // The path of "http://HOST?QUERY" is "/".
  const bool lacks_path = authority_ && !target.starts_with('/');
  target_ = {head_.size(), target.size() + (lacks_path ? 1 : 0)};
  head_.append(lacks_path ? "/" : "").append(target);
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
  text_.keep_target({target.data(), target.size()});
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
  // With any other coding, Beast would read no body, and would parse the body as the next request.
  if (equal_ignoring_case({name.data(), name.size()}, "Transfer-Encoding") &&
      !equal_ignoring_case({value.data(), value.size()}, "chunked")) {
    error = beast_http::error::bad_transfer_encoding;
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
