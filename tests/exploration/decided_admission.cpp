#include "tests/exploration/decided_admission.hpp"

#include "actors/support/admission_refusal.hpp"
#include "messages/make_error.hpp"
#include "messages/protocols.hpp"

#include <algorithm>

namespace midas::internal::exploration {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds min_hang{250};

error with_status(int status) {
  auto result = make_error(status == 429   ? errc::throttled
                           : status >= 500 ? errc::service_unavailable
                                           : errc::request_rejected,
                           "status " + std::to_string(status));
  result.http_status = status;
  return result;
}

error no_answer() { return make_error(errc::request_timeout, "no answer"); }

attempt_result granted(std::size_t exchange, std::chrono::seconds life,
                       host_budget::time_point now) {
  const clock_reading at{
      std::chrono::floor<std::chrono::seconds>(
          std::chrono::sys_time<std::chrono::nanoseconds>{now.time_since_epoch()}),
      boot_clock::time_point{now.time_since_epoch()}};
  token_grant grant;
  grant.token = secret{"token-" + std::to_string(exchange)};
  grant.expires_on = at.wall + life;
  return token_granted{std::move(grant), true, at};
}

}  // namespace

std::uint64_t decided_admission::serve(admission_queue::request asked, std::size_t key,
                                       std::chrono::nanoseconds timeout, time_point now) {
  asked.id = ++last_id_;
  note(1, asked.id, now);
  history_.add(static_cast<std::uint64_t>(asked.deadline.time_since_epoch().count()));
  if (const auto wait = queue_.wait_beyond(asked, budget_, now)) {
    const auto refused = refusal({asked.id, asked.deadline, *wait}, budget_, {}, now);
    results_.push_back({key, attempt_not_admitted{error_of(refused), refused.wait}});
    return asked.id;
  }
  open_.emplace(asked.id, open_order{key, timeout});
  queue_.add(asked, now);
  admit(now);
  return asked.id;
}

void decided_admission::hasten(std::uint64_t id, time_point deadline, time_point now) {
  note(2, id, now);
  history_.add(static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
  if (open_.contains(id) && queue_.hasten(id, deadline, now)) {
    admit(now);
  }
}

void decided_admission::withdraw(std::uint64_t id, time_point now) {
  note(3, id, now);
  const auto found = open_.find(id);
  if (found == open_.end()) {
    return;
  }
  if (const auto& order = found->second; order.sent_at) {
    canceled_.push_back(order.exchange);
    if (now - *order.sent_at < min_hang) {
      budget_.ended_unknown(now);
    } else {
      budget_.failed(now, no_answer(), {order.key + 1, true, {}}, 0);
    }
  }
  end(id, attempt_failed{no_answer()});
  admit(now);
}

void decided_admission::answer(std::uint64_t id, const std::string& what, time_point now) {
  note(4, id, now);
  for (const auto letter : what) {
    history_.add(static_cast<std::uint64_t>(letter));
  }
  const auto order = open_.at(id);
  if (what == "ok" || what == "short") {
    budget_.succeeded(now);
    end(id, granted(order.exchange, what == "ok" ? 24h : 120s, now));
  } else if (what == "expired") {
    budget_.succeeded(now);
    end(id, attempt_failed{make_error(errc::invalid_response, "an expired token")});
  } else if (what == "401") {
    budget_.succeeded(now);
    end(id, challenged{});
  } else if (what == "400") {
    budget_.succeeded(now);
    end(id, attempt_failed{with_status(400), true});
  } else if (what == "429") {
    budget_.throttled(now, with_status(429), {});
    end(id, attempt_failed{with_status(429)});
  } else {
    budget_.failed(now, with_status(503), {order.key + 1, false, {}}, 0);
    end(id, attempt_failed{with_status(503)});
  }
  admit(now);
}

void decided_admission::found_unusable(time_point now) {
  note(5, 0, now);
  budget_.found_unusable(now, make_error(errc::invalid_response, "unusable"), 0);
  admit(now);
}

decided_admission::time_point decided_admission::next_timeout() const {
  auto earliest = time_point::max();
  for (const auto& [id, order] : open_) {
    if (order.sent_at) {
      earliest = std::min(earliest, *order.sent_at + order.timeout);
    }
  }
  return earliest;
}

void decided_admission::end_due(time_point now) {
  for (;;) {
    const auto due = std::ranges::find_if(open_, [now](const auto& item) {
      return item.second.sent_at && *item.second.sent_at + item.second.timeout <= now;
    });
    if (due == open_.end()) {
      return;
    }
    const auto id = due->first;
    note(6, id, now);
    canceled_.push_back(due->second.exchange);
    budget_.failed(now, no_answer(), {due->second.key + 1, true, {}}, 0);
    end(id, attempt_failed{no_answer()});
    admit(now);
  }
}

void decided_admission::end(std::uint64_t id, attempt_result outcome) {
  const auto order = open_.extract(id).mapped();
  if (order.sent_at) {
    budget_.end();
  }
  queue_.remove(id);
  results_.push_back({order.key, std::move(outcome)});
}

// The same steps as in the HTTP actor.
void decided_admission::admit(time_point now) {
  note(7, 0, now);
  refuse_late(now);
  while (const auto id = queue_.admit(budget_, now)) {
    auto& order = open_.at(*id);
    order.sent_at = now;
    order.exchange = exchanges_++;
    started_.push_back(order.key);
  }
  wake_at_ = std::min(queue_.next_admission(budget_, now), queue_.next_late(now));
}

void decided_admission::refuse_late(time_point now) {
  for (const auto& late : queue_.take_late(budget_, now)) {
    const auto refused = refusal(late, budget_, {}, now);
    const auto order = open_.extract(late.id).mapped();
    results_.push_back({order.key, attempt_not_admitted{error_of(refused), refused.wait}});
  }
}

void decided_admission::note(std::uint64_t event, std::uint64_t id, time_point now) {
  history_.add(event);
  history_.add(id);
  history_.add(static_cast<std::uint64_t>(now.time_since_epoch().count()));
}

}  // namespace midas::internal::exploration
