// The actors of a token service, on one thread and in virtual time. The test plays the host.
#pragma once

#include "actors/cache_actor.hpp"
#include "actors/policies/deadline.hpp"
#include "messages/make_error.hpp"
#include "messages/protocols.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/virtual_system.hpp"
#include "transport/responses/retry_after.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

using namespace std::chrono_literals;

/// The answers that one caller received, in order. More or fewer than one is a bug.
using answers = std::vector<expected<access_token>>;

inline bool is_token(const answers& received, std::string_view text) {
  return received.size() == 1 && received[0] && received[0]->token().reveal() == text;
}

inline bool is_error(const answers& received, errc code) {
  return received.size() == 1 && !received[0] && received[0].error().code == code;
}

/// What ends the actor that decodes the response "die".
struct actor_end {};

class virtual_actors {
 public:
  explicit virtual_actors(host_limits limits = {64, 0},
                          std::optional<std::chrono::seconds> idle_key_timeout = {})
      : virtual_actors(service_context{endpoint()}, limits, idle_key_timeout) {}

  /// With another host or other options.
  explicit virtual_actors(service_context made, host_limits limits = {64, 0},
                          std::optional<std::chrono::seconds> idle_key_timeout = {}) {
    made.now = [this] { return clock_reading{now_, boot_clock::time_point{booted_}}; };
    made.jitter = [] { return 0.0; };
    if (idle_key_timeout) {
      made.options.idle_key_timeout = idle_key_timeout;
    }
    context = std::make_shared<service_context>(std::move(made));
    settings = {context, transport, limits};
    cache = spawn_cache(system(), settings);
    run();
  }
  virtual_actors(const virtual_actors&) = delete;
  virtual_actors& operator=(const virtual_actors&) = delete;

  ~virtual_actors() {
    caf_compat::send_exit(cache, caf::exit_reason::user_shutdown);
    run();
  }

  /// Runs the actors until their mailboxes are empty. Time does not advance.
  void run() {
    while (scheduler().try_run_once()) {
    }
  }

  /// Advances all clocks, UTC in whole seconds.
  void advance(std::chrono::milliseconds by) {
    suspend(by);
    scheduler().advance_time(by);
    run();
  }

  /// Advances all clocks and delivers the messages of timers, but runs no actor yet. Returns their
  /// number.
  std::size_t fire_timers_after(std::chrono::milliseconds by) {
    suspend(by);
    return scheduler().advance_time(by);
  }

  /// Advances only UTC and the boot clock: timers do not fire.
  void suspend(std::chrono::milliseconds by) {
    set_wall_clock(std::chrono::floor<std::chrono::seconds>(by));
    booted_ += by;
  }

  /// Sets UTC forward by that much.
  void set_wall_clock(std::chrono::seconds by) { now_ += by; }

  [[nodiscard]] std::chrono::sys_seconds now() const { return now_; }

  /// A request of a caller that is not an actor. Its answers are added to the result.
  std::shared_ptr<answers> ask(token_request request, std::chrono::nanoseconds timeout = 30s,
                               const std::stop_token& stop = {}) {
    auto received = std::make_shared<answers>();
    const auto waiter = waiter_into(received);
    waiter.cancel_on(stop);
    if (!waiter.answered()) {
      send(cache, std::move(request), timeout, waiter);
      run();
    }
    return received;
  }
  std::shared_ptr<answers> ask(const char* resource, std::chrono::nanoseconds timeout = 30s) {
    return ask(token_request{.resource = resource}, timeout);
  }

  /// A request of an actor.
  template <class... Args>
  std::shared_ptr<answers> ask_as_actor(Args... args) {
    auto received = std::make_shared<answers>();
    send_as_actor(received, args...);
    run();
    return received;
  }

  /// The same, but only the requesting actor runs yet.
  template <class... Args>
  void send_as_actor(std::shared_ptr<answers> received, Args... args) {
    // The handle is an argument: without any, CAF 0.17 binds a dangling reference.
    system().spawn(
        [received, args...](caf::event_based_actor* self, const cache_actor& to) {
          caf_compat::request(self, to, args...)
              .then([received](const access_token& token) { received->emplace_back(token); },
                    [received](const caf::error& e) {
                      received->emplace_back(unexpected{to_error(e)});
                    });
        },
        cache);
    scheduler().try_run_once();
  }

  /// A request that is in the mailbox of the cache actor, which does not run yet.
  void send(const cache_actor& to, token_request request, std::chrono::nanoseconds timeout,
            const token_waiter& waiter) {
    const auto deadline = deadline_after(system().clock().now(), timeout);
    caf_compat::anonymous_send(to, acquisition_request{std::move(request), deadline}, waiter);
  }

  token_waiter waiter_into(const std::shared_ptr<answers>& received) {
    return {[received](expected<access_token> outcome) { received->push_back(std::move(outcome)); },
            open};
  }

  /// The host answers the n-th request with the token "token-n", which has that lifetime.
  void grant(std::size_t index, std::chrono::seconds life = 24h) {
    transport->respond(index, 200,
                       "token-" + std::to_string(index) + " " + std::to_string(life.count()));
    run();
  }
  void refuse(std::size_t index, int status = 400, const char* retry_after = nullptr) {
    http_response response;
    response.status = status;
    response.body = "refused";
    if (retry_after != nullptr) {
      response.headers.push_back({"Retry-After", retry_after});
    }
    transport->complete(index, std::move(response));
    run();
  }

  /// The settings of another cache actor, which keeps at most that many keys.
  [[nodiscard]] cache_settings with_max_keys(std::size_t count) const {
    auto other = std::make_shared<service_context>(*context);
    other->options.max_keys = count;
    return {other, transport, settings.limits};
  }

  [[nodiscard]] std::size_t live_actors() { return system().registry().running(); }
  [[nodiscard]] bool has_timers() const { return virtual_.scheduler().has_pending_timeout(); }
  /// For tests that choose which actor runs next.
  [[nodiscard]] virtual_scheduler& scheduler() noexcept { return virtual_.scheduler(); }

  // A host protocol of the test: the response body is "TOKEN SECONDS".
  static host_protocol endpoint() {
    host_protocol result;
    result.source = "test host";
    result.address = "http://127.0.0.1:1/token";
    result.encode = encode;
    result.decode = decode;
    return result;
  }

  static expected<http_request> encode(const resolved_request& request,
                                       std::string_view refused_token_sha256) {
    if (request.resource == "unsupported") {
      return fail(errc::request_rejected, "cannot be encoded");
    }
    http_request result;
    result.url = "http://127.0.0.1:1/token?resource=" + request.resource;
    if (!refused_token_sha256.empty()) {
      result.url.append("&refused=").append(refused_token_sha256);
    }
    return result;
  }

  // The status 401 is a challenge; the reply states how many there were.
  static expected<decode_result> decode(const resolved_request& request, http_response response,
                                        std::chrono::sys_seconds now, unsigned leg) {
    if (response.status == 401) {
      http_request next;
      next.url = "http://127.0.0.1:1/token?resource=" + request.resource +
                 "&step=" + std::to_string(leg + 1);
      return next;
    }
    if (response.status != 200) {
      const auto code = response.status == 429   ? errc::throttled
                        : response.status >= 500 ? errc::service_unavailable
                                                 : errc::request_rejected;
      auto problem = make_error(code, "the host refused");
      problem.http_status = response.status;
      problem.retry_after = read_retry_after(response, now);
      return unexpected{std::move(problem)};
    }
    const std::string body{response.body};
    if (body == "throw") {
      throw std::runtime_error{"a host protocol that throws"};
    }
    if (body == "die") {
      // No std::exception, so that it ends the actor.
      throw actor_end{};
    }
    const auto space = body.find(' ');
    token_grant grant;
    grant.token = secret{body.substr(0, space)};
    grant.expires_on = now + std::chrono::seconds{std::stoll(body.substr(space))};
    return grant;
  }

 private:
  virtual_system virtual_;
  std::chrono::sys_seconds now_{std::chrono::seconds{1'900'000'000}};
  std::chrono::nanoseconds booted_ = 1h;

 public:
  const std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  const std::shared_ptr<open_waiters> open = std::make_shared<open_waiters>();
  std::shared_ptr<const service_context> context;
  cache_settings settings;
  cache_actor cache;

  caf::actor_system& system() { return virtual_.system(); }
};

}  // namespace midas::internal::test
