// The socket that an http_server listens on. Only simulator/http/ may include this header, since it
// includes Asio.
#pragma once

#include "simulator/http/http_server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace midas::internal::simulator {

using tcp_listener = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                        boost::asio::io_context::executor_type>;

/// Binds and listens. Throws as the constructor of http_server does.
[[nodiscard]] tcp_listener open_listener(boost::asio::io_context& io,
                                         const http_server_options& options);

/// "ADDRESS:PORT", IPv6 in brackets.
[[nodiscard]] std::string authority_of(const tcp_listener& listener);

}  // namespace midas::internal::simulator
