// What the workers of a proxy share.
#pragma once

#include "proxy/access/access_policy.hpp"
#include "proxy/access/client_connections.hpp"
#include "proxy/access/client_shares.hpp"
#include "proxy/observation/proxy_observer.hpp"
#include <midas/secret.hpp>
#include <midas/token_service.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace midas::internal::proxy {

/// What a reload replaces. Immutable.
struct server_settings {
  access_policy policy;
  std::vector<std::string> allowed_hosts{};
  std::size_t max_connections = 0;
  std::size_t max_connections_per_client = 0;
  std::uint32_t max_header_bytes = 0;
  std::chrono::milliseconds header_timeout{};
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds request_timeout{};
};

/// Counts the connections, those on their way to a worker included. Any thread.
class connection_count {
 public:
  void opened() noexcept { open_.fetch_add(1, std::memory_order_relaxed); }
  void closed() noexcept {
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const std::lock_guard lock(lock_);
      none_.notify_all();
    }
  }
  [[nodiscard]] std::size_t get() const noexcept { return open_.load(std::memory_order_relaxed); }

  /// True if there is none left by that time.
  bool wait_for_none(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(lock_);
    return none_.wait_until(lock, until, [this] { return get() == 0; });
  }

 private:
  std::atomic<std::size_t> open_{0};
  std::mutex lock_;
  std::condition_variable none_;
};

struct server_state {
  token_service& tokens;
  proxy_observer& observer;
  secret identity_header;
  client_shares shares;
  connection_count connections{};
  client_connections clients{};
  /// Requests that wait for a token.
  std::atomic<std::size_t> waiting{0};
  /// The number of the newest connection.
  std::atomic<std::uint64_t> last_connection{0};
};

}  // namespace midas::internal::proxy
