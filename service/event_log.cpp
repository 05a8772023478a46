#include "service/event_log.hpp"

#include "messages/concat.hpp"
#include "messages/http_message.hpp"
#include "messages/log_line.hpp"
#include "messages/plain_text.hpp"
#include "service/stderr_log.hpp"

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <variant>

namespace midas::internal {

namespace {

using log_function = std::function<void(event_severity, std::string_view)>;

bool is_of_default(const token_key& key) noexcept {
  return key.identity.kind() == identity_kind::system_assigned;
}

// The line of the event. The identity that the host chooses is not the system-assigned one on every
// host.
std::string line_of(const token_event& event, const std::string& default_identity) {
  auto line = to_string(event);
  const auto* const key = std::visit(
      [](const auto& each) -> const token_key* {
        if constexpr (requires { each.key.identity; }) {
          return &each.key;
        }
        return nullptr;
      },
      event);
  if (key != nullptr && !default_identity.empty() && is_of_default(*key)) {
    const auto pairs = log_line{""}.add(*key).take();
    const auto named = log_line{""}
                           .add("resource", std::string_view{key->resource})
                           .add("identity", std::string_view{default_identity})
                           .take();
    if (const auto at = line.find(pairs); at != std::string::npos) {
      line.replace(at, pairs.size(), named);
    }
  }
  return line;
}

observers::callback observer_of(log_function log, event_severity level,
                                std::string default_identity) {
  return [log = std::move(log), level,
          default_identity = std::move(default_identity)](const token_event& event) {
    const auto of_event = severity(event);
    if (of_event > level) {
      return;
    }
    try {
      log(of_event, line_of(event, default_identity));
    } catch (...) {
      // The observer stays: a log that fails once, for example because a disk is full, stays in
      // use.
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
             const host_environment& environment, const std::string& default_identity) {
  if (options.log) {
    to.add(observer_of(options.log, options.log_level, default_identity));
    return;
  }
  const auto wanted = environment.variable(log_variable);
  if (wanted.empty()) {
    return;
  }
  if (const auto level = read_severity(wanted)) {
    to.add(observer_of(&log_to_stderr, *level, default_identity));
  } else {
    write_to_stderr(concat({"midas: ", log_variable, " is ", quoted_start(wanted),
                            ", not error, warning, info or debug; nothing is logged"}));
  }
}

}  // namespace midas::internal
