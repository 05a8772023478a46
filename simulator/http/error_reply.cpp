#include "simulator/http/error_reply.hpp"

#include <boost/beast/http/error.hpp>

#include <string_view>

namespace midas::internal::simulator {
namespace {

namespace beast_http = boost::beast::http;

int status_for(boost::system::error_code why) {
  if (why == beast_http::error::header_limit) {
    return 431;
  }
  return why == beast_http::error::body_limit ? 413 : 400;
}

void write_text(response& reply, int status, std::string_view beginning, std::string_view reason) {
  reply.clear();
  reply.status = status;
  reply.add_field("Content-Type", "text/plain");
  reply.body.append(beginning).append(": ").append(reason).append("\n");
}

}  // namespace

void write_refusal(response& reply, boost::system::error_code why) {
  write_text(reply, status_for(why), "The server does not accept this request", why.message());
}

void write_failure(response& reply, const std::exception& failure) {
  write_text(reply, 500, "The simulator failed", failure.what());
}

}  // namespace midas::internal::simulator
