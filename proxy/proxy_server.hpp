// The proxy as an object: listeners, workers, and what an operator does to them.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include "proxy/observation/proxy_observer.hpp"
#include <midas/error.hpp>
#include <midas/secret.hpp>
#include <midas/token_event.hpp>
#include <midas/token_service.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace midas::internal::proxy {

/// A listener, or what became of it.
struct endpoint_state {
  /// As configured; the port is the one that was bound.
  listen_address where{};
  /// "http://127.0.0.1:4180", "http://[::1]:4180" or "unix:/run/midas/proxy.sock".
  std::string text{};
  /// Why nobody can connect there, and the remedy; empty for a listener that was bound.
  std::string problem{};
  /// The socket was open already when the proxy began: the service manager has passed it.
  bool was_passed = false;
};

/// Serves the tokens of one token service in the protocols of IMDS and App Service, which clients
/// choose by the path of their request. Serves from construction until drain() or stop().
///
/// All functions may be called from any thread, several at once, but not on a thread of the proxy,
/// so not by its observer. The threads of the proxy block all signals.
class proxy_server {
 public:
  /// Binds the listeners of the configuration, takes over the listening sockets in `passed`, and
  /// starts the workers. A listener that cannot be bound is a problem in endpoints().
  ///
  /// `tokens` and `observer`, which may be null, must outlive the proxy.
  ///
  /// Throws std::invalid_argument if a listener is malformed, or can be reached by other machines
  /// without `allow_non_loopback`, or if a descriptor is not a listening stream socket; and
  /// std::runtime_error if there is no listener left, naming all problems, or if a thread cannot be
  /// started. Then the descriptors in `passed` are closed, too.
  proxy_server(const proxy_configuration& configuration, const std::vector<int>& passed,
               token_service& tokens, proxy_observer* observer);
  /// Calls stop().
  ~proxy_server();
  proxy_server(const proxy_server&) = delete;
  proxy_server& operator=(const proxy_server&) = delete;

  /// First the passed sockets, then the listeners of the configuration, in their order.
  [[nodiscard]] const std::vector<endpoint_state>& endpoints() const noexcept;

  /// The value of X-IDENTITY-HEADER that the App Service protocol requires: that of the
  /// configuration, or a random one.
  [[nodiscard]] const secret& identity_header() const noexcept;

  /// The number of threads that serve clients: the places that an observer needs.
  [[nodiscard]] unsigned workers() const noexcept;
  /// The same, for a proxy that does not exist yet.
  [[nodiscard]] static unsigned workers_of(const proxy_configuration& configuration) noexcept;

  /// Connections that are open, and the part of them that waits for a token.
  [[nodiscard]] std::size_t connections() const noexcept;
  [[nodiscard]] std::size_t waiting() const noexcept;

  /// True if every worker has run something within that time, and so serves clients. False after
  /// stop().
  [[nodiscard]] bool responds(std::chrono::milliseconds timeout);

  /// Takes over what a reload can change (see proxy_configuration) for all requests that arrive
  /// from now on; requests in progress are not disturbed. Connections of a user that is no longer
  /// allowed are closed at their next request. Everything else in the configuration is ignored.
  void reload(const proxy_configuration& configuration);

  /// Forgets what the host has refused to clients: the administrator has changed what it grants.
  void forget_refusals();

  /// Accepts no more connections, answers the requests in progress, closes the connections that
  /// are idle, and returns when none is left or the time has passed. Calls stop() then. True if
  /// no request was in progress any more.
  bool drain(std::chrono::milliseconds timeout);

  /// Answers 503 to the requests that wait for a token, closes everything, and ends the threads.
  /// Idempotent; every call returns when all of this is done. Paths of Unix sockets that the proxy
  /// has made are removed.
  void stop();

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

/// The options of the service behind a proxy: those that `upstream` names ("auto", the URL of an
/// IMDS, or the option name of a host). Fails with errc::invalid_configuration if it names none.
/// Any thread.
expected<token_service_options> upstream_options(const proxy_configuration& configuration);

/// What the service with these options reports first: the host that it has chosen. Empty if there
/// is none, which is the error of every request. Reads the environment of the process unless the
/// options replace it. Any thread.
std::optional<host_chosen> upstream_host(const token_service_options& options);

/// Fails with errc::invalid_configuration if the service would ask the proxy itself: if the address
/// that `options` lead to is that of one of the endpoints. The error names the variable or the
/// option that leads there. Reads the environment of the process unless the options replace it. Any
/// thread.
expected<void> check_upstream(const token_service_options& options,
                              std::span<const endpoint_state> endpoints);

}  // namespace midas::internal::proxy
