// Updates the budget, the counters and the events of the host when HTTP requests end.
#pragma once

#include "actors/policies/host_budget.hpp"
#include "actors/support/admission_refusal.hpp"
#include "actors/support/service_context.hpp"
#include "messages/http_message.hpp"
#include "transport/http_transport.hpp"
#include <midas/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace midas::internal {

/// Used by one HTTP actor only.
class host_report {
 public:
  using time_point = host_budget::time_point;

  host_report() = default;
  /// Takes the service's budget over from the HTTP actor that ended before.
  host_report(std::shared_ptr<const service_context> service, const host_limits& limits);

  [[nodiscard]] shared_budget::access open() const { return service_->budget->open(user_); }

  /// An exchange for that key, in that slot, ended. `key` is a number that identifies the key; 0
  /// if it is not known. Without a slot, the request was never sent.
  void ended(const expected<http_response>& outcome, std::size_t key,
             const std::optional<used_slot>& slot, time_point now);

  /// An exchange was given up. If it has lasted long, the host hangs.
  void given_up(std::size_t key, const used_slot& slot, time_point now);

  /// An answer with status 200 contained no usable token.
  void found_unusable(time_point now);

  /// Reports that the host works again, if it does.
  void note_recovery(time_point now);

  /// That number of requests wait to be sent.
  void note_queued(std::size_t count) const;

  /// The transport may have opened connections.
  void note_connections(const http_transport& transport) const;

 private:
  [[nodiscard]] bool is_failure(int status) const;
  void free_slot() const;
  void exchange_ended(const expected<http_response>& outcome, const used_slot& slot,
                      time_point now) const;
  void throttled(const http_response& response, time_point now);
  void failed(const error& failure, const host_health::failure& details, time_point now);
  /// `fail_on(budget)` counts the failure, and returns the pause if one begins.
  template <class Fail>
  void note_failure(const error& failure, time_point now, Fail fail_on);

  std::shared_ptr<const service_context> service_;
  std::uint64_t user_ = 0;
  bool is_failing_ = false;
};

}  // namespace midas::internal
