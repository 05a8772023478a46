#include "simulator/http/listener.hpp"

#include <stdexcept>
#include <string_view>
#include <system_error>

namespace midas::internal::simulator {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string text_of(const tcp::endpoint& where) {
  const auto address = where.address().to_string();
  return (where.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(where.port());
}

asio::ip::address address_of(const http_server_options& options) {
  error_code error;
  auto address = asio::ip::make_address(options.address, error);
  if (error) {
    throw std::invalid_argument(
        "the address '" + options.address +
        "' is not an IP address; use one such as 127.0.0.1 or ::1, without a port");
  }
  if (!address.is_loopback() && !options.allow_any_address) {
    throw std::invalid_argument("the address " + options.address +
                                " is not a loopback address, so others could reach the "
                                "simulator; use 127.0.0.1, or set allow_any_address to permit it");
  }
  return address;
}

std::string_view remedy_for(error_code error) {
  if (error == asio::error::address_in_use) {
    return "another program is listening there; choose another port, or 0 for a free one";
  }
  if (error == asio::error::access_denied) {
    return "ports below 1024 require root; choose another port, or 0 for a free one";
  }
  if (error.value() == EADDRNOTAVAIL || error.value() == EAFNOSUPPORT) {
    return "this machine does not have this address; use 127.0.0.1, or assign the address to an "
           "interface first";
  }
  return "the system refused";
}

[[noreturn]] void fail(const tcp::endpoint& where, error_code error) {
  throw std::system_error(
      error.value(), std::system_category(),
      "cannot listen on " + text_of(where) + ": " + std::string(remedy_for(error)));
}

}  // namespace

void check_address(const http_server_options& options) { (void)address_of(options); }

bool is_loopback(const std::string& address) {
  error_code error;
  const auto read = asio::ip::make_address(address, error);
  return !error && read.is_loopback();
}

tcp_listener open_listener(asio::io_context& io, const http_server_options& options) {
  const tcp::endpoint where(address_of(options), options.port);
  tcp_listener listener(io.get_executor());
  error_code error;
  const auto check = [&] {
    if (error) {
      fail(where, error);
    }
  };
  listener.open(where.protocol(), error);
  check();
  // A restarted simulator gets its port even if old connections are still in TIME_WAIT.
  listener.set_option(tcp_listener::reuse_address(true), error);
  check();
  listener.bind(where, error);
  check();
  // The kernel reduces this to its maximum. A burst of clients may open ten thousand connections.
  listener.listen(65'535, error);
  check();
  return listener;
}

std::string authority_of(const tcp_listener& listener) {
  return text_of(listener.local_endpoint());
}

}  // namespace midas::internal::simulator
