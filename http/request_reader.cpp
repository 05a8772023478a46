#include "http/request_reader.hpp"

#include <boost/beast/http/error.hpp>

namespace midas::internal::http {

namespace beast_http = boost::beast::http;

bool request_reader::read(boost::system::error_code& error) {
  error = {};
  while (!input_.empty()) {
    if (!parser_) {
      parser_.emplace(text_, head_limit_, body_limit_);
    }
    input_.consume(parser_->put(boost::asio::buffer(input_.data(), input_.size()), error));
    if (error == beast_http::error::need_more) {
      error = {};
      return false;
    }
    if (error || parser_->is_done()) {
      return true;
    }
  }
  return false;
}

}  // namespace midas::internal::http
