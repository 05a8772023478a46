#include "service/event_log.hpp"

#include "messages/http_message.hpp"
#include "messages/plain_text.hpp"
#include "service/stderr_log.hpp"

#include <array>
#include <functional>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

using log_function = std::function<void(event_severity, std::string_view)>;

observers::callback observer_of(log_function log, event_severity level) {
  return [log = std::move(log), level](const token_event& event) {
    const auto of_event = severity(event);
    if (of_event > level) {
      return;
    }
    try {
      log(of_event, to_string(event));
    } catch (...) {
      // The observer stays: a log that fails once, for example because a disk is full, goes on.
      return;
    }
  };
}

}  // namespace

std::optional<event_severity> read_severity(std::string_view text) noexcept {
  for (const auto each : {event_severity::error, event_severity::warning, event_severity::info,
                          event_severity::debug}) {
    if (equal_ignoring_case(text, to_string(each))) {
      return each;
    }
  }
  return std::nullopt;
}

void add_log(observers& to, const token_service_options& options,
             const host_environment& environment) {
  if (options.log) {
    to.add(observer_of(options.log, options.log_level));
    return;
  }
  const auto wanted = environment.variable(log_variable);
  if (wanted.empty()) {
    return;
  }
  if (const auto level = read_severity(wanted)) {
    to.add(observer_of(&log_to_stderr, *level));
  } else {
    write_to_stderr("midas: " + std::string{log_variable} + " is " + quoted_start(wanted) +
                    ", not error, warning, info or debug; nothing is logged");
  }
}

}  // namespace midas::internal
