// The metrics listener: metrics, status page and probes over HTTP. Includes Asio.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include "proxy/observation/observation.hpp"
#include "proxy/observation/observation_connection.hpp"
#include <midas/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

namespace midas::internal::proxy {

/// What a server shows of an observation, which must outlive it. Metrics and status are at most a
/// quarter of a second old, so that clients that ask in a loop cost little.
[[nodiscard]] observation_sources sources_of(const observation& source,
                                             std::function<health()> live,
                                             std::function<health()> ready);

/// Serves what answer_observer() answers, on the thread that runs the io_context; all functions are
/// called on that thread, or before it runs. Nothing is kept from a client but tokens: whoever can
/// connect learns the resources and users of the machine. Therefore loopback only, unless the
/// configuration allows more.
class observation_server {
 public:
  /// Binds and listens. Fails with errc::invalid_configuration if the address is not loopback and
  /// that is not allowed, or cannot be bound. `sources` are called until close().
  [[nodiscard]] static expected<std::unique_ptr<observation_server>> listen(
      boost::asio::io_context& loop, const listen_address& at, bool allow_non_loopback,
      observation_sources sources, observation_limits limits = {});

  observation_server(const observation_server&) = delete;
  observation_server& operator=(const observation_server&) = delete;
  /// Calls close().
  ~observation_server();

  /// The port, also if the address left the choice to the system.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Runs the io_context on this thread until it has no more work. An exception, usually for lack
  /// of memory, ends the connection that it concerns; the others are served.
  void run(boost::asio::io_context& loop);

  /// Closes the listener and all connections. Idempotent.
  void close();

 private:
  using acceptor = boost::asio::ip::tcp::acceptor;
  using connections = std::list<std::shared_ptr<observation_connection>>;

  observation_server(acceptor from, observation_sources sources, observation_limits limits);
  void accept();
  void accept_later();
  void add(boost::asio::ip::tcp::socket socket);
  void make_room();

  acceptor acceptor_;
  std::uint16_t port_;
  observation_sources sources_;
  observation_limits limits_;
  connections connections_;
  boost::asio::steady_timer retry_;
  bool is_accepting_ = false;
  // Expires with the server: a handler that is on its way looks at it first.
  std::shared_ptr<observation_server*> self_;
};

}  // namespace midas::internal::proxy
