// The observer of a proxy: counters, the record of keys and clients, and the access log.
#pragma once

#include "proxy/observation/proxy_observer.hpp"
#include "proxy/observation/snapshot.hpp"
#include <midas/event_subscription.hpp>
#include <midas/token_service.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace midas::internal::proxy {

class access_log;

struct observation_options {
  /// As many as the proxy has, from 1.
  unsigned workers = 1;
  /// The version of the program.
  std::string version{};
  /// Null: requests are not logged. Has at least as many workers; outlives the observation.
  access_log* log = nullptr;
  std::function<wall_time()> now = &std::chrono::system_clock::now;
};

/// What the workers call costs a few nanoseconds for a cached answer, and shares no cache line
/// among them. The functions that look may be called on any thread.
class observation final : public proxy_observer {
 public:
  explicit observation(observation_options options);
  ~observation() override;

  /// Follows the events of the service, which must outlive the observation or be destroyed after
  /// stop(). Called once.
  void follow(token_service& tokens);
  /// Follows no service any more. Its statistics are zero from then on.
  void stop();
  /// An event of the service. follow() passes them on.
  void note(const token_event& event);

  void served(unsigned worker, const served_request& request) noexcept override;
  void connected(unsigned worker) noexcept override;
  void disconnected(unsigned worker) noexcept override;
  void rejected(unsigned worker, const client& who, rejection why) noexcept override;

  [[nodiscard]] counts count() const;
  /// Takes longer than count(): copies the record of keys and clients.
  [[nodiscard]] snapshot look() const;
  [[nodiscard]] const std::string& version() const noexcept { return options_.version; }

 private:
  struct worker_record;
  struct shared_upstream;

  [[nodiscard]] token_service_statistics statistics() const;

  const observation_options options_;
  const wall_time started_;
  std::vector<std::unique_ptr<worker_record>> workers_;
  // An event may still be on its way when the subscription has ended.
  const std::shared_ptr<shared_upstream> upstream_;
  mutable std::mutex service_lock_;
  const token_service* service_ = nullptr;
  event_subscription subscription_;
};

}  // namespace midas::internal::proxy
