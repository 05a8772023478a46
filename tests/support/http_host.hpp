// An HTTP actor in virtual time. The test plays the acquisitions and the host.
#pragma once

#include "actors/http_actor.hpp"
#include "messages/make_error.hpp"
#include "tests/support/virtual_actors.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace midas::internal::test {

// What the sender of one request received.
struct reply {
  std::optional<http_response> response;
  std::optional<not_admitted> refused;
  std::optional<error> failure;

  [[nodiscard]] bool empty() const { return !response && !refused && !failure; }
  [[nodiscard]] bool is_error(errc code) const { return failure && failure->code == code; }
};

using shared_reply = std::shared_ptr<reply>;

inline std::shared_ptr<const acquisition_key> key_of(std::string resource,
                                                     managed_identity identity = {}) {
  return std::make_shared<acquisition_key>(
      acquisition_key{{std::move(identity), std::move(resource)}, {}});
}

struct http_host {
  using time_point = std::chrono::steady_clock::time_point;

  explicit http_host(host_limits limits, std::size_t max_cold_keys_per_lane = 1'000,
                     identity_host kind = identity_host::imds) {
    service_context made{virtual_actors::endpoint()};
    made.endpoint->host = kind;
    made.options.max_cold_keys_per_lane = max_cold_keys_per_lane;
    made.now = actors.context->now;
    made.jitter = [] { return 0.0; };
    context = std::make_shared<service_context>(std::move(made));
    context->observers->add([this](const token_event& event) {
      const bool of_exchange = std::holds_alternative<exchange_finished>(event);
      (of_exchange ? exchanges : events).push_back(to_string(event));
    });
    settings = {transport, limits, context};
    http = spawn_http(actors.system(), settings);
    actors.run();
  }
  http_host(const http_host&) = delete;
  http_host& operator=(const http_host&) = delete;
  ~http_host() { end(); }

  void end(caf::exit_reason reason = caf::exit_reason::user_shutdown) {
    caf_compat::send_exit(http, reason);
    actors.run();
  }

  void restart() {
    end();
    http = spawn_http(actors.system(), settings);
    actors.run();
  }

  [[nodiscard]] time_point now() { return actors.system().clock().now(); }

  shared_reply ask(http_request request, std::chrono::nanoseconds timeout = 30s) {
    auto received = std::make_shared<reply>();
    request.deadline = now() + timeout;
    if (request.key && request.url.empty()) {
      request.url = request.key->token.resource;
    }
    actors.system().spawn(
        [received, request](caf::event_based_actor* self, const http_actor& to) {
          caf_compat::request(self, to, request)
              .then([received](http_response& response) { received->response = response; },
                    [received](const caf::error& e) {
                      received->refused = to_not_admitted(e);
                      if (!received->refused) {
                        received->failure = to_error(e);
                      }
                    });
        },
        http);
    actors.run();
    return received;
  }
  shared_reply ask(const char* resource, std::chrono::nanoseconds timeout = 30s) {
    http_request request;
    request.key = key_of(resource);
    return ask(std::move(request), timeout);
  }
  shared_reply ask_with_ticket(std::uint64_t ticket, const char* resource,
                               std::chrono::nanoseconds timeout = 30s) {
    http_request request;
    request.key = key_of(resource);
    request.ticket = ticket;
    return ask(std::move(request), timeout);
  }

  template <class Message>
  void tell(Message message) {
    caf_compat::anonymous_send(http, std::move(message));
    actors.run();
  }

  // The actor does not run yet.
  void complete(std::size_t index, int status, const char* retry_after = nullptr) {
    http_response response;
    response.status = status;
    if (retry_after != nullptr) {
      response.headers.push_back({"Retry-After", retry_after});
    }
    transport->complete(index, std::move(response));
  }
  void respond(std::size_t index, int status, const char* retry_after = nullptr) {
    complete(index, status, retry_after);
    actors.run();
  }
  void fail_with(std::size_t index, errc code) {
    transport->complete(index, fail(code, "broken"));
    actors.run();
  }

  // Three requests to a host that does not work.
  void break_host() {
    for (const auto* resource : {"x", "y", "z"}) {
      const auto index = transport->started();
      ask(resource);
      respond(index, 503);
    }
  }

  [[nodiscard]] std::string url(std::size_t index) const { return transport->request(index).url; }

  virtual_actors actors;
  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  std::shared_ptr<service_context> context;
  /// Those of the ends of exchanges, and all others.
  std::vector<std::string> exchanges;
  std::vector<std::string> events;
  http_settings settings;
  http_actor http;
};

}  // namespace midas::internal::test
