#include "actors/support/host_report.hpp"

#include "messages/make_error.hpp"
#include "messages/time_text.hpp"
#include "transport/hosts/host_registry.hpp"
#include "transport/responses/correlation_id.hpp"
#include "transport/responses/retry_after.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace midas::internal {

namespace {

// A host that works answers sooner, except the first request after its start.
constexpr std::chrono::milliseconds min_hang{250};

bool is_failure_of_host(errc code) noexcept {
  return code == errc::unreachable || code == errc::connection_lost || code == errc::invalid_http ||
         code == errc::request_timeout;
}

// The parts of a host_protocol::address, which has no query.
std::pair<std::string, std::string> host_and_path(std::string_view address) {
  const auto scheme = address.find("://");
  address.remove_prefix(scheme == std::string_view::npos ? 0 : scheme + 3);
  const auto end = std::min(address.find('/'), address.size());
  return {std::string{address.substr(0, end)}, std::string{address.substr(end)}};
}

error failure_of(int status) {
  auto result = status == 429
                    ? make_error(errc::throttled, "the host is throttling its clients (HTTP 429)")
                    : make_error(errc::service_unavailable,
                                 "the host answered with HTTP " + std::to_string(status));
  result.http_status = status;
  return result;
}

}  // namespace

host_report::host_report(std::shared_ptr<const service_context> service, const host_limits& limits)
    : service_(std::move(service)), user_(service_->budget->take_over(limits)) {}

void host_report::ended(const expected<http_response>& outcome, std::size_t key,
                        const std::optional<used_slot>& slot, time_point now) {
  free_slot();
  if (slot) {
    exchange_ended(outcome, *slot, now);
  }
  if (!outcome) {
    const auto& failure = outcome.error();
    if (is_failure_of_host(failure.code)) {
      failed(failure, {key, failure.code == errc::request_timeout, {}}, now);
    } else {
      open()->ended_unknown(now);
    }
  } else if (outcome->status == 429) {
    throttled(*outcome, now);
  } else if (is_failure(outcome->status)) {
    failed(failure_of(outcome->status),
           {key, false, read_retry_after(*outcome, service_->now().wall)}, now);
  } else {
    open()->succeeded(now);
  }
}

void host_report::given_up(std::size_t key, const used_slot& slot, time_point now) {
  free_slot();
  exchange_ended(fail(errc::cancelled, "the exchange was given up"), slot, now);
  const auto age = now - slot.since;
  if (age < min_hang) {
    open()->ended_unknown(now);
    return;
  }
  failed(make_error(errc::request_timeout,
                    "the host did not complete its answer within " + duration_text(age)),
         {key, true, {}}, now);
}

void host_report::found_unusable(time_point now) {
  const auto failure =
      make_error(errc::invalid_response, "the host's answers contain no usable token");
  note_failure(failure, now, [&](host_budget& budget) {
    return budget.found_unusable(now, failure, service_->jitter());
  });
}

void host_report::note_recovery(time_point now) {
  if (is_failing_ && open()->failures(now) == 0) {
    is_failing_ = false;
    service_->observers->emit([] { return host_recovered{}; });
  }
}

void host_report::note_queued(std::size_t count) const {
  if (open().is_user()) {
    service_->counters->queued.store(count, std::memory_order_relaxed);
  }
}

void host_report::note_connections(const http_transport& transport) const {
  if (!service_->observers->any()) {
    return;
  }
  const auto counts = transport.statistics();
  while (const auto count =
             service_->budget->take_unreported_connection(counts.connections_opened)) {
    service_->observers->emit([&] {
      return connection_opened{*count, counts.connection_attempts};
    });
  }
}

void host_report::exchange_ended(const expected<http_response>& outcome, const used_slot& slot,
                                 time_point now) const {
  service_->observers->emit([&] {
    exchange_finished result;
    if (slot.key) {
      result.key = slot.key->token;
    }
    if (service_->endpoint) {
      std::tie(result.host, result.path) = host_and_path(service_->endpoint->address);
    }
    result.attempt = slot.attempt;
    result.elapsed = now - slot.since;
    if (outcome) {
      result.status = outcome->status;
      result.bytes = outcome->body.size();
      result.correlation_id = correlation_id_of(*outcome);
    } else {
      result.failure = outcome.error().code;
    }
    return result;
  });
}

// The statuses after which a request for any key may succeed a little later.
bool host_report::is_failure(int status) const {
  const auto& endpoint = service_->endpoint;
  return status == 408 || status >= 500 ||
         (endpoint && contains(profile_of(endpoint->host).transient_statuses, status));
}

void host_report::free_slot() const {
  const auto budget = open();
  if (budget.is_user()) {
    budget->end();
  }
}

// A 429 delays all requests to the host.
void host_report::throttled(const http_response& response, time_point now) {
  service_->counters->add(service_->counters->throttled);
  const auto pause =
      open()->throttled(now, failure_of(429), read_retry_after(response, service_->now().wall));
  service_->observers->emit([&] { return host_throttled{pause}; });
}

void host_report::failed(const error& failure, const host_health::failure& details,
                         time_point now) {
  note_failure(failure, now, [&](host_budget& budget) {
    return budget.failed(now, failure, details, service_->jitter());
  });
}

template <class Fail>
void host_report::note_failure(const error& failure, time_point now, Fail fail_on) {
  std::optional<std::chrono::nanoseconds> pause;
  std::size_t failures = 0;
  {
    const auto budget = open();
    pause = fail_on(*budget);
    failures = budget->failures(now);
  }
  // Without the lock: an observer may run for long.
  if (pause) {
    is_failing_ = true;
    service_->observers->emit([&] { return host_failing{failure, failures, *pause}; });
  }
}

}  // namespace midas::internal
