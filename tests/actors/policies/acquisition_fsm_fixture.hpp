// State machines of acquisitions in each phase, and helpers to check their actions.
#pragma once

#include "actors/policies/acquisition_fsm.hpp"
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "transport/hosts/host_registry.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace midas::internal::test {

using namespace std::chrono_literals;

using fsm = acquisition_fsm;
using phase = fsm::phase;

inline const fsm::time_point start{1'000s};
inline const clock_reading granted_at{std::chrono::sys_seconds{1'900'000'000s},
                                      boot_clock::time_point{5'000s}};
inline const fsm::time_point never = fsm::time_point::max();

inline fsm make_fsm(std::optional<std::size_t> max_retries = {}) {
  return {retry_policy{profile_of(identity_host::imds), {max_retries}}, 5s};
}

inline fsm::conditions waiting_until(fsm::time_point deadline, fsm::time_point now = start) {
  return {.now = now, .last_deadline = deadline};
}

inline fsm::conditions without_waiters(fsm::time_point now = start) { return {.now = now}; }

inline attempt_failed timed_out() {
  return {make_error(errc::request_timeout, "no answer"), false};
}

inline error with_status(int status) {
  auto result = make_error(status >= 500 ? errc::service_unavailable : errc::request_rejected,
                           "status " + std::to_string(status));
  result.http_status = status;
  return result;
}

inline token_grant token_for(std::chrono::seconds life) {
  token_grant result;
  result.token = secret{"token"};
  result.expires_on = granted_at.wall + life;
  return result;
}

inline token_granted granted(bool is_new) { return {token_for(24h), is_new, granted_at}; }

inline http_request challenge_reply(std::string url = "reply") {
  http_request result;
  result.url = std::move(url);
  return result;
}

// A machine in each phase.
inline fsm asking() {
  auto result = make_fsm();
  result.on_request({.resource = "r"}, start);
  return result;
}

inline fsm refreshing() {
  auto result = make_fsm();
  result.on_refresh_due({.resource = "r"}, without_waiters());
  return result;
}

// Its pause, timer 1, ends at start + 1s.
inline fsm pausing() {
  auto result = asking();
  result.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 30s));
  return result;
}

inline fsm ending() {
  auto result = asking();
  result.on_exit(make_error(errc::shutting_down, "the end"));
  return result;
}

template <class Action>
const Action& only(const acquisition_actions& actions) {
  REQUIRE(actions.size() == 1);
  REQUIRE(std::holds_alternative<Action>(actions[0]));
  return std::get<Action>(actions[0]);
}

template <class First, class Second>
std::pair<First, Second> both(const acquisition_actions& actions) {
  REQUIRE(actions.size() == 2);
  REQUIRE(std::holds_alternative<First>(actions[0]));
  REQUIRE(std::holds_alternative<Second>(actions[1]));
  return {std::get<First>(actions[0]), std::get<Second>(actions[1])};
}

}  // namespace midas::internal::test
