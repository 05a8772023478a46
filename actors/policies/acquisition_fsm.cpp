#include "actors/policies/acquisition_fsm.hpp"

#include "actors/policies/refresh_policy.hpp"

#include <utility>

namespace midas::internal {

namespace {

// Avoids the copies that a braced list makes.
template <class... Actions>
acquisition_actions list(Actions&&... actions) {
  acquisition_actions result;
  result.reserve(sizeof...(actions));
  (result.emplace_back(std::forward<Actions>(actions)), ...);
  return result;
}

}  // namespace

const acquisition_fsm::acquisition& acquisition_fsm::current() const {
  const auto* paused = std::get_if<pausing>(&state_);
  return paused != nullptr ? paused->current : std::get<asking>(state_).current;
}

unsigned acquisition_fsm::leg() const {
  const auto& later = current().later;
  return later ? later->number : 0;
}

std::optional<error> acquisition_fsm::refusal(time_point deadline, time_point now) const {
  if (const auto* end = std::get_if<ending>(&state_)) {
    return end->reason;
  }
  if (const auto* paused = std::get_if<pausing>(&state_);
      paused != nullptr && deadline <= paused->until) {
    return paused->failure;
  }
  return negative_.find(now);
}

bool acquisition_fsm::is_disposable(std::chrono::nanoseconds usable_for) const noexcept {
  return current_phase() == phase::idle &&
         (failed_refreshes_ == 0 || usable_for == std::chrono::nanoseconds{0});
}

acquisition_actions acquisition_fsm::on_request(token_request&& request, time_point now) {
  if (current_phase() == phase::idle) {
    return start(std::move(request), false, now);
  }
  static_cast<void>(current());
  return {};
}

acquisition_actions acquisition_fsm::on_refresh_due(token_request request, time_point now) {
  if (current_phase() == phase::idle) {
    return start(std::move(request), true, now);
  }
  if (auto* paused = std::get_if<pausing>(&state_)) {
    paused->current.refreshing = true;
  } else if (!is_ending()) {
    asked().refreshing = true;
  }
  return {};
}

acquisition_actions acquisition_fsm::start(token_request request, bool refreshing, time_point now) {
  negative_.clear();
  state_ = asking{{std::move(request), refreshing, now, retries_, {}}};
  return list(report_start{refreshing}, start_attempt{});
}

acquisition_actions acquisition_fsm::on_result(attempt_result result, const conditions& at) {
  if (is_ending()) {
    return {};
  }
  return std::visit([&](auto& each) { return on(std::move(each), at); }, result);
}

acquisition_actions acquisition_fsm::on(challenged challenge, const conditions& /*at*/) {
  auto& later = asked().later;
  later = later_leg{later ? later->number + 1 : 1, challenge.reply};
  return list(send_request{std::move(challenge.reply)});
}

acquisition_actions acquisition_fsm::on(token_granted granted, const conditions& at) {
  const auto& done = asked();
  const auto& now = granted.at;
  granted.grant.refresh_on = refresh_on(granted.grant, now.wall);
  auto validity = validity_of(granted.grant, now, at.jitter);
  // A host may return the token that it granted before.
  failed_refreshes_ = granted.is_new ? 0 : failed_refreshes_ + 1;
  if (!granted.is_new) {
    validity.refresh_at =
        now.boot +
        next_refresh_after(failed_refreshes_, validity.end.boot - now.boot, {}, at.jitter);
  }
  publish_token result{std::move(granted.grant), validity,        granted.is_new,
                       done.refreshing,          done.started_at, now};
  state_ = idle{};
  return list(std::move(result));
}

acquisition_actions acquisition_fsm::on(const attempt_failed& failed, const conditions& at) {
  const auto& failure = failed.failure;
  auto& attempt = asked();
  // Without waiters, the next attempt is the next refresh.
  const auto latest = at.last_deadline.value_or(at.now);
  const auto retry_at = attempt.retries.next(failure, !attempt.later, at.now, latest, at.jitter);
  if (!retry_at) {
    if (failed.is_refusal) {
      negative_.store(failure, at.now + negative_cache_ttl_);
    }
    return list(fail(failure, at));
  }
  auto paused = std::move(attempt);
  state_ = pausing{std::move(paused), *retry_at, failure};
  return list(pause_until{*retry_at, ++attempt_, failure}, answer_waiters{*retry_at, failure});
}

acquisition_actions acquisition_fsm::on(const attempt_not_admitted& refused, const conditions& at) {
  auto& attempt = asked();
  const auto admitted_at = at.now + refused.wait;
  auto result = list(answer_waiters{admitted_at, refused.failure});
  if (at.last_deadline && *at.last_deadline > admitted_at) {
    attempt.later.reset();
    result.emplace_back(start_attempt{});
  } else {
    result.emplace_back(fail(refused.failure, at));
  }
  return result;
}

acquisition_actions acquisition_fsm::on_retry_due(std::uint64_t attempt) {
  auto* paused = std::get_if<pausing>(&state_);
  if (paused == nullptr || attempt != attempt_) {
    return {};
  }
  auto resumed = std::move(paused->current);
  const auto& next = std::get<asking>(state_ = asking{std::move(resumed)}).current;
  if (next.later) {
    return list(send_request{next.later->request});
  }
  return list(start_attempt{});
}

acquisition_actions acquisition_fsm::on_last_waiter_left(const conditions& at) {
  const auto* paused = std::get_if<pausing>(&state_);
  if (paused == nullptr) {
    return {};
  }
  const auto failure = paused->failure;
  return list(fail(failure, at));
}

acquisition_actions acquisition_fsm::on_exit(error reason) {
  state_ = ending{reason};
  return list(answer_waiters{time_point::max(), std::move(reason)});
}

report_failure acquisition_fsm::fail(const error& failure, const conditions& at) {
  report_failure result{failure, current().started_at, {}};
  if (current().refreshing) {
    result.next_refresh =
        next_refresh_after(++failed_refreshes_, at.usable_for, failure.retry_after, at.jitter);
  }
  state_ = idle{};
  return result;
}

}  // namespace midas::internal
