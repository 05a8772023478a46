// The parameters of a load run, as its callers need them.
#pragma once

#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// How a caller uses the token service.
enum class caller_kind {
  /// Actors that use request_token(): a published token takes no message to midas.
  actors,
  /// Actors that send each request to token_service::cache().
  messages,
  threads,
  coroutines,
  callbacks,
};

struct load_plan {
  caller_kind as = caller_kind::actors;
  std::size_t callers = 10'000;
  /// Threads that run actors, coroutines or callbacks; does not apply to caller_kind::threads.
  std::size_t threads = 2;
  /// The timeout of each request.
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
  /// Assigned to the callers in turn.
  std::vector<token_request> requests;
  /// Each request is for a resource of its own: that of requests.front() with a number appended.
  bool fresh_keys = false;
  token_service_options service;
};

/// The requests of the callers. Thread-safe.
class request_source {
 public:
  /// The plan must outlive the source.
  explicit request_source(const load_plan& plan) : plan_(plan) {}

  /// The next request of a caller. Refers to the plan or to `storage`.
  const token_request& next(std::size_t caller, token_request& storage) {
    if (!plan_.fresh_keys) {
      return plan_.requests[caller % plan_.requests.size()];
    }
    storage = plan_.requests.front();
    storage.resource += "/" + std::to_string(next_key_.fetch_add(1, std::memory_order_relaxed));
    return storage;
  }

 private:
  const load_plan& plan_;
  std::atomic<std::uint64_t> next_key_ = 0;
};

}  // namespace midas::internal::tools
