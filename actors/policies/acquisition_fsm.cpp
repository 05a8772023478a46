#include "actors/policies/acquisition_fsm.hpp"

#include "actors/policies/deadline.hpp"
#include "actors/policies/refresh_policy.hpp"
#include "messages/time_text.hpp"

#include <algorithm>
#include <iterator>
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

// With the time until the host is asked again.
error told_before(error failure, std::chrono::nanoseconds pause) {
  failure.retry_after = std::chrono::ceil<std::chrono::milliseconds>(pause);
  return failure;
}

// The failure for a caller that cannot wait until the host is asked again.
error told_early(error failure) {
  failure.advice.append(failure.advice.empty() ? "" : ". ")
      .append(no_time_for_another)
      .append(", which can begin in ")
      .append(duration_text(*failure.retry_after));
  return failure;
}

void append(acquisition_actions& actions, acquisition_actions more) {
  std::ranges::move(more, std::back_inserter(actions));
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
      paused != nullptr && now < paused->until && outlasts(paused->until, deadline)) {
    return told_early(told_before(paused->failure, paused->until - now));
  }
  if (current_phase() == phase::idle && last_failure_ && now < last_failure_->until) {
    if (!last_failure_->may_succeed) {
      return last_failure_->failure;
    }
    if (outlasts(last_failure_->until, deadline)) {
      return told_early(told_before(last_failure_->failure, last_failure_->until - now));
    }
  }
  return negative_.find(now);
}

bool acquisition_fsm::is_disposable(std::chrono::nanoseconds usable_for, time_point now,
                                    bool forget_refusals) const noexcept {
  const bool paces = last_failure_ && now < last_failure_->until;
  const bool refuses = !forget_refusals && negative_.has(now);
  return current_phase() == phase::idle && !paces && !refuses &&
         (failed_refreshes_ == 0 || usable_for == std::chrono::nanoseconds{0});
}

void acquisition_fsm::remember(error failure, time_point until) {
  last_failure_ = remembered_failure{std::move(failure), until};
}

acquisition_actions acquisition_fsm::on_request(token_request&& request, time_point now) {
  static_cast<void>(std::get<idle>(state_));
  return start(std::move(request), false, {.now = now});
}

acquisition_actions acquisition_fsm::on_refresh_due(token_request request, const conditions& at) {
  if (current_phase() == phase::idle) {
    return start(std::move(request), true, at);
  }
  if (auto* paused = std::get_if<pausing>(&state_)) {
    paused->current.refreshing = true;
  } else if (!is_ending()) {
    asked().refreshing = true;
  }
  return {};
}

acquisition_actions acquisition_fsm::start(token_request request, bool refreshing,
                                           const conditions& at) {
  retries_.begin();
  acquisition begun{std::move(request), refreshing, at.now, at.now};
  auto actions = list(report_start{refreshing});
  if (const auto refused = negative_.find(at.now)) {
    state_ = asking{std::move(begun)};
    append(actions, fail(*refused, at));
  } else if (last_failure_ && at.now < last_failure_->until) {
    append(actions, pause(std::move(begun), last_failure_->until, last_failure_->failure));
  } else {
    state_ = asking{std::move(begun)};
    actions.emplace_back(start_attempt{});
  }
  return actions;
}

acquisition_actions acquisition_fsm::pause(acquisition paused, time_point until,
                                           const error& failure) {
  state_ = pausing{std::move(paused), until, failure};
  return list(pause_until{until, ++timer_, failure});
}

acquisition_actions acquisition_fsm::on_result(attempt_result result, const conditions& at) {
  if (is_ending()) {
    return {};
  }
  return std::visit([&](auto& each) { return on(std::move(each), at); }, result);
}

acquisition_actions acquisition_fsm::on(challenged challenge, const conditions& at) {
  auto& state = std::get<asking>(state_);
  // The challenge was on its way when the request was withdrawn.
  const bool withdrawn = std::exchange(state.withdrawn, false);
  if (withdrawn && !at.has_waiters() && !state.current.refreshing) {
    return list(end_attempt{});
  }
  auto& later = state.current.later;
  later = later_leg{later ? later->number + 1 : 1, challenge.reply};
  return list(send_request{std::move(challenge.reply)});
}

acquisition_actions acquisition_fsm::on(token_granted granted, const conditions& at) {
  const auto& done = asked();
  const auto& now = granted.at;
  retries_.succeeded();
  last_failure_.reset();
  negative_.clear();
  granted.grant.refresh_on = refresh_on(granted.grant, now.wall);
  auto validity = validity_of(granted.grant, now, at.jitter);
  // A host may return the token that it granted before. A request with claims is not a refresh of
  // that token.
  if (done.request.claims.empty()) {
    failed_refreshes_ = granted.is_new ? 0 : failed_refreshes_ + 1;
  }
  if (!granted.is_new && failed_refreshes_ != 0) {
    validity.refresh_at =
        now.boot +
        next_refresh_after(failed_refreshes_, validity.end.boot - now.boot, {}, at.jitter);
  }
  publish_token result{std::move(granted.grant), validity, granted.is_new,       done.refreshing,
                       done.started_at,          now,      done.request.identity};
  state_ = idle{};
  return list(std::move(result));
}

acquisition_actions acquisition_fsm::on(const attempt_failed& failed, const conditions& at) {
  const auto& failure = failed.failure;
  auto& attempt = asked();
  // Without waiters, the next attempt is the next refresh.
  const auto latest = at.last_deadline.value_or(at.now);
  const auto decision = retries_.after(
      {failure, !attempt.later, attempt.attempt_started_at, at.now, latest, at.jitter});
  if (failed.is_refusal && !decision.may_succeed) {
    negative_.store(failure, at.now + negative_cache_ttl_);
  } else if (!failed.is_local) {
    last_failure_ = remembered_failure{failure, decision.next, decision.may_succeed};
  }
  auto told = failure;
  if (decision.may_succeed) {
    const std::chrono::nanoseconds asked =
        failure.retry_after.value_or(std::chrono::milliseconds{0});
    told = told_before(std::move(told), std::max(asked, decision.next - at.now));
  }
  if (!decision.retry) {
    const bool is_too_late =
        decision.may_succeed && at.has_waiters() && outlasts(decision.next, latest);
    return fail(is_too_late ? told_early(std::move(told)) : told, at);
  }
  auto paused = std::move(attempt);
  auto actions = pause(std::move(paused), decision.next, failure);
  actions.emplace_back(
      answer_waiters{decision.next + min_time_after_pause, told_early(std::move(told))});
  return actions;
}

acquisition_actions acquisition_fsm::on(const attempt_not_admitted& refused, const conditions& at) {
  auto& state = std::get<asking>(state_);
  const auto admitted_at = at.now + refused.wait;
  auto result = list(answer_waiters{admitted_at, refused.failure});
  if (at.last_deadline && *at.last_deadline > admitted_at) {
    state.withdrawn = false;
    state.current.later.reset();
    state.current.attempt_started_at = at.now;
    result.emplace_back(start_attempt{});
  } else {
    append(result, fail(refused.failure, at));
  }
  return result;
}

acquisition_actions acquisition_fsm::on_timer(std::uint64_t number, const conditions& at) {
  if (number != timer_) {
    return {};
  }
  if (current_phase() == phase::pausing) {
    return resume(at);
  }
  if (current_phase() == phase::asking && !at.has_waiters() && !asked().refreshing) {
    return withdraw();
  }
  return {};
}

acquisition_actions acquisition_fsm::resume(const conditions& at) {
  auto& paused = std::get<pausing>(state_);
  if (!at.has_waiters() && !paused.current.refreshing) {
    return fail(error{paused.failure}, at);
  }
  auto resumed = std::move(paused.current);
  resumed.attempt_started_at = at.now;
  const auto& next = std::get<asking>(state_ = asking{std::move(resumed)}).current;
  if (next.later) {
    return list(send_request{next.later->request});
  }
  return list(start_attempt{});
}

acquisition_actions acquisition_fsm::withdraw() {
  auto& state = std::get<asking>(state_);
  if (std::exchange(state.withdrawn, true)) {
    return {};
  }
  return list(withdraw_attempt{});
}

acquisition_actions acquisition_fsm::on_waiter_left(const conditions& at) {
  if (const auto* paused = std::get_if<pausing>(&state_)) {
    return at.has_waiters() ? acquisition_actions{} : fail(error{paused->failure}, at);
  }
  if (current_phase() != phase::asking || asked().refreshing) {
    return {};
  }
  const auto started_at = asked().attempt_started_at;
  if (at.has_waiters()) {
    return retries_.should_repeat(started_at, at.now) ? withdraw() : acquisition_actions{};
  }
  // A little later, a caller with a short timeout finds the token published.
  const auto give_up_at = started_at + retries_.min_attempt_time();
  return at.now < give_up_at ? list(set_timer{give_up_at, ++timer_}) : withdraw();
}

acquisition_actions acquisition_fsm::on_exit(error reason) {
  state_ = ending{reason};
  return list(answer_waiters{time_point::max(), std::move(reason)});
}

acquisition_actions acquisition_fsm::fail(const error& failure, const conditions& at) {
  report_failure result{failure, current().started_at, {}};
  if (current().refreshing) {
    result.next_refresh =
        next_refresh_after(++failed_refreshes_, at.usable_for, failure.retry_after, at.jitter);
  }
  state_ = idle{};
  return list(std::move(result));
}

}  // namespace midas::internal
