#include "messages/log_line.hpp"
#include <midas/event_subscription.hpp>
#include <midas/token_event.hpp>

#include <string>

namespace midas {

event_subscription detail::access::make_subscription(std::shared_ptr<const void> registration) {
  return event_subscription{std::move(registration)};
}

namespace {

using internal::log_line;

struct severity_of {
  event_severity operator()(const host_unusable& /*event*/) const { return event_severity::error; }
  event_severity operator()(const acquisition_failed& /*event*/) const {
    return event_severity::error;
  }
  event_severity operator()(const host_failing& /*event*/) const { return event_severity::error; }
  event_severity operator()(const store_failed& /*event*/) const { return event_severity::warning; }
  event_severity operator()(const acquisition_started& /*event*/) const {
    return event_severity::debug;
  }
  event_severity operator()(const exchange_finished& /*event*/) const {
    return event_severity::debug;
  }
  event_severity operator()(const connection_opened& /*event*/) const {
    return event_severity::debug;
  }
  event_severity operator()(const refresh_scheduled& /*event*/) const {
    return event_severity::debug;
  }
  template <class Event>
  event_severity operator()(const Event& /*event*/) const {
    return event_severity::info;
  }
};

std::string line_of(const host_chosen& e) {
  return log_line{"host_chosen"}
      .add("host", option_name(e.host))
      .add("address", std::string_view{e.address})
      .add_if_any("reason", e.reason)
      .take();
}

std::string line_of(const host_unusable& e) {
  return log_line{"host_unusable"}.add(e.failure).add_if_any("advice", e.failure.advice).take();
}

std::string line_of(const acquisition_started& e) {
  return log_line{"acquisition_started"}.add(e.key).add("background", e.in_background).take();
}

std::string line_of(const acquisition_waiting& e) {
  return log_line{"acquisition_waiting"}
      .add(e.key)
      .add("elapsed", e.elapsed)
      .add("waiters", e.waiters)
      .add("joined", e.joined)
      .add("waits_for", to_string(e.waits_for))
      .take();
}

std::string line_of(const claims_not_passed_on& e) {
  return log_line{"claims_not_passed_on"}.add(e.key).take();
}

std::string line_of(const acquisition_retried& e) {
  return log_line{"acquisition_retried"}.add(e.key).add("delay", e.delay).add(e.failure).take();
}

std::string line_of(const acquisition_succeeded& e) {
  return log_line{"acquisition_succeeded"}
      .add(e.key)
      .add("expires_on", e.expires_on)
      .add("elapsed", e.elapsed)
      .add("answered", e.answered)
      .add("joined", e.joined)
      .take();
}

std::string line_of(const acquisition_failed& e) {
  return log_line{"acquisition_failed"}
      .add(e.key)
      .add("elapsed", e.elapsed)
      .add("answered", e.answered)
      .add("joined", e.joined)
      .add(e.failure)
      .add_if_any("advice", e.failure.advice)
      .take();
}

std::string line_of(const exchange_finished& e) {
  log_line line{"exchange_finished"};
  line.add(e.key)
      .add("host", std::string_view{e.host})
      .add("path", std::string_view{e.path})
      .add("attempt", e.attempt);
  if (e.failure) {
    line.add("error", to_string(*e.failure));
  } else {
    line.add("status", e.status);
  }
  line.add("elapsed", e.elapsed);
  if (!e.failure) {
    line.add("bytes", e.bytes);
  }
  return line.add_if_any("correlation_id", e.correlation_id).take();
}

std::string line_of(const connection_opened& e) {
  return log_line{"connection_opened"}.add("count", e.count).add("attempts", e.attempts).take();
}

std::string line_of(const host_throttled& e) {
  return log_line{"host_throttled"}.add("pause", e.pause).take();
}

std::string line_of(const host_failing& e) {
  return log_line{"host_failing"}
      .add("failures", e.failures)
      .add("pause", e.pause)
      .add(e.failure)
      .take();
}

std::string line_of(const host_recovered& /*event*/) { return log_line{"host_recovered"}.take(); }

std::string line_of(const refresh_scheduled& e) {
  return log_line{"refresh_scheduled"}.add(e.key).add("delay", e.delay).take();
}

std::string line_of(const refresh_done& e) {
  return log_line{"refresh_done"}.add(e.key).add("refreshed", e.refreshed).take();
}

std::string line_of(const key_evicted& e) {
  return log_line{"key_evicted"}.add(e.key).add("reason", to_string(e.reason)).take();
}

std::string line_of(const store_failed& e) {
  return log_line{"store_failed"}
      .add("operation", to_string(e.operation))
      .add("unsaved", e.unsaved)
      .add(e.failure)
      .add_if_any("advice", e.failure.advice)
      .take();
}

}  // namespace

std::string_view to_string(event_severity severity) noexcept {
  switch (severity) {
    case event_severity::error:
      return "error";
    case event_severity::warning:
      return "warning";
    case event_severity::info:
      return "info";
    case event_severity::debug:
      return "debug";
  }
  return "unknown";
}

std::string_view to_string(wait_reason reason) noexcept {
  switch (reason) {
    case wait_reason::slot:
      return "slot";
    case wait_reason::pause:
      return "pause";
    case wait_reason::answer:
      return "answer";
  }
  return "unknown";
}

std::string_view to_string(eviction_reason reason) noexcept {
  switch (reason) {
    case eviction_reason::idle:
      return "idle";
    case eviction_reason::expired:
      return "expired";
    case eviction_reason::too_many_keys:
      return "too_many_keys";
    case eviction_reason::forgotten:
      return "forgotten";
  }
  return "unknown";
}

std::string_view to_string(store_operation operation) noexcept {
  switch (operation) {
    case store_operation::load:
      return "load";
    case store_operation::save:
      return "save";
  }
  return "unknown";
}

event_severity severity(const token_event& event) noexcept {
  return std::visit(severity_of{}, event);
}

std::string to_string(const token_event& event) {
  return std::visit([](const auto& each) { return line_of(each); }, event);
}

}  // namespace midas
