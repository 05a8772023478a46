// Token services for tests: against a simulated host, or with a transport that the test scripts.
#pragma once

#include "service/service_core.hpp"
#include "tests/service/patience.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/vault.hpp"
#include <midas/token_service.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace midas::internal::test {

inline token_service_options options_for(const std::string& endpoint,
                                         host_limits limits = {64, 0}) {
  token_service_options options;
  options.endpoint = endpoint;
  options.limits = limits;
  return options;
}

/// A service whose host answers when and what the test decides.
struct scripted_service {
  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  token_service tokens = make_token_service(options_for("http://127.0.0.1:9"), transport);

  /// Waits, since requests reach the transport on another thread.
  void wait_until_asked(std::size_t count) const {
    while (transport->started() < count) {
      std::this_thread::yield();
    }
  }

  void grant(std::size_t index, const std::string& token = "T") const {
    wait_until_asked(index + 1);
    transport->respond(index, 200, R"({"access_token":")" + token + R"(","expires_in":"86400"})");
  }
};

/// Requests a token as a coroutine.
inline detached ask(token_service& tokens, token_request request, outcomes& results,
                    std::stop_token stop = {}) {
  results.add(co_await tokens.async_get(request, patience, stop));
}

}  // namespace midas::internal::test
