// Owns the parts of a token service, and determines the order in which they are created and ended.
#pragma once

#include "actors/support/service_context.hpp"
#include "service/service_frontend.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/http_transport.hpp"
#include <midas/detail/access.hpp>
#include <midas/host_limits.hpp>
#include <midas/token_service.hpp>
#include <midas/token_service_options.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace midas::internal {

/// Replacements for parts of a service, for tests and `midas doctor`.
struct service_parts {
  /// The application's actor system. Null: the service creates one.
  caf::actor_system* system = nullptr;
  /// Null: libcurl.
  std::shared_ptr<http_transport> transport{};
  /// Overrides token_service_options::environment.
  std::optional<host_environment> environment{};
};

/// The environment of the service: the one in `options`, or that of this process.
host_environment environment_of(const token_service_options& options);

/// A token service made of these parts.
token_service make_token_service(const token_service_options& options, service_parts parts);

inline token_service make_token_service(const token_service_options& options,
                                        std::shared_ptr<http_transport> transport) {
  return make_token_service(options, {.transport = std::move(transport)});
}

}  // namespace midas::internal

namespace midas::detail {

/// Thread-safe.
class service_core {
 public:
  /// Throws only std::bad_alloc: a service that cannot start fails each request instead.
  service_core(const token_service_options& options, internal::service_parts parts);
  service_core(const service_core&) = delete;
  service_core& operator=(const service_core&) = delete;
  /// Calls shutdown(), and waits for a system of its own. Only on a thread that may wait for the
  /// actors, and in the process that created the service; see end().
  ~service_core();

  /// Ends the service, on any thread and in any process. A thread that must not wait for the actors
  /// leaves the waiting to another thread; a forked child leaves everything as it is.
  static void end(std::unique_ptr<service_core> core) noexcept;

  /// See token_service::shutdown().
  void shutdown();

  /// Stops the transport before the libraries that it uses are cleaned up at exit. Waits for a
  /// limited time only.
  void stop_at_exit() noexcept;

  [[nodiscard]] const service_frontend& frontend() const noexcept { return *frontend_; }
  /// For handles, which may outlive the service.
  [[nodiscard]] const std::shared_ptr<const service_frontend>& shared_frontend() const noexcept {
    return frontend_;
  }
  [[nodiscard]] const internal::service_context& context() const noexcept { return *context_; }
  [[nodiscard]] token_service_statistics statistics() const;

  /// See internal::held_tokens(), forget_tokens() and stop_refreshes().
  [[nodiscard]] std::vector<internal::token_table::held_token> held_tokens() const;
  std::size_t forget_tokens(const std::function<bool(const token_key&)>& selected) const;
  void stop_refreshes() const;

 private:
  class owned_system;

  expected<service_frontend::running_actors> start(internal::service_parts parts);
  expected<service_frontend::running_actors> try_start(internal::service_parts parts);

  // Declared first, so destroyed last: its destructor waits for the actors.
  std::unique_ptr<owned_system> owned_system_;
  const std::shared_ptr<const internal::service_context> context_;
  const host_limits limits_;
  std::shared_ptr<internal::http_transport> transport_;
  const std::shared_ptr<const service_frontend> frontend_;
  std::mutex shutdown_mutex_;
  bool ended_ = false;
};

}  // namespace midas::detail
