#include "tests/exploration/decided_acquisition.hpp"

#include "messages/make_error.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <variant>

namespace midas::internal::exploration {

namespace {

using namespace std::chrono_literals;

error too_late() { return make_error(errc::deadline_exceeded, "no token before the deadline"); }

error not_in_time() { return make_error(errc::request_timeout, "no answer in time"); }

acquisition_fsm make_machine() {
  return {retry_policy{profile_of(identity_host::imds), retry_limits{}}, refusals_last};
}

}  // namespace

decided_acquisition::decided_acquisition(std::string name, std::size_t number)
    : name_(std::move(name)), number_(number), machine_(make_machine()) {}

void decided_acquisition::ask(const waiting_caller& caller, const surroundings& at) {
  note(1, caller.number, at.now);
  if (const auto failure = machine_.refusal(caller.deadline, at.now)) {
    at.rules.answered(caller.number, {.code = failure->code, .retry_after = failure->retry_after});
  } else if (!caller.forced && usable_for(at.now) > 0ns) {
    at.rules.answered(caller.number, {.token = "token-" + std::to_string(token_->exchange)});
  } else if (!is_idle()) {
    waiters_.push_back(caller);
    if (order_ && (is_refresh_order_ || caller.deadline < order_deadline_)) {
      is_refresh_order_ = false;
      order_deadline_ = caller.deadline;
      at.host.hasten(*order_, caller.deadline, at.now);
    }
  } else {
    waiters_.push_back(caller);
    perform(machine_.on_request({.resource = name_}, at.now), at);
  }
}

void decided_acquisition::cancel(std::size_t caller) {
  for (auto& each : waiters_) {
    each.canceled = each.canceled || each.number == caller;
  }
  due_.recheck = true;
  history_.add(caller);
}

void decided_acquisition::read(attempt_result result, const surroundings& at) {
  note(2, result.index(), at.now);
  order_.reset();
  if (has_failed(result)) {
    remove_canceled();
  }
  if (is_unusable(result)) {
    at.host.found_unusable(at.now);
  }
  if (const auto* refused = std::get_if<attempt_not_admitted>(&result)) {
    history_.add(static_cast<std::uint64_t>(refused->wait.count()));
  }
  perform(machine_.on_result(std::move(result), conditions(at.now)), at);
}

void decided_acquisition::recheck(const surroundings& at) {
  note(3, 0, at.now);
  due_.recheck = false;
  const auto before = waiters_.size();
  answer_until(at.now, too_late(), at);
  remove_canceled();
  if (waiters_.size() != before) {
    perform(machine_.on_waiter_left(conditions(at.now)), at);
  }
}

void decided_acquisition::fire(std::uint64_t timer, const surroundings& at) {
  note(4, timer, at.now);
  due_.timers.erase(timer);
  remove_canceled();
  perform(machine_.on_timer(timer, conditions(at.now)), at);
}

void decided_acquisition::refresh(const surroundings& at) {
  note(5, 0, at.now);
  due_.refresh = false;
  perform(machine_.on_refresh_due({.resource = name_}, conditions(at.now)), at);
}

void decided_acquisition::pass_time(const surroundings& at) {
  const auto first = first_deadline();
  due_.recheck = due_.recheck || (first && *first <= at.now);
  std::erase_if(timers_, [&](const auto& timer) {
    const bool is_due = timer.first <= at.now;
    if (is_due) {
      due_.timers.insert(timer.second);
    }
    return is_due;
  });
  if (token_ && token_->refresh_at <= at.now) {
    token_->refresh_at = time_point::max();
    // A token that has ended is not refreshed.
    due_.refresh = token_->is_refresh_due = at.now < token_->end;
  }
}

decided_acquisition::time_point decided_acquisition::next_due() const {
  auto result = first_deadline().value_or(time_point::max());
  for (const auto& timer : timers_) {
    result = std::min(result, timer.first);
  }
  return token_ ? std::min(result, token_->refresh_at) : result;
}

void decided_acquisition::show_token(const surroundings& at) const {
  at.rules.published(name_, token_ ? std::optional{token_->exchange} : std::nullopt,
                     usable_for(at.now));
  if (token_ && token_->is_refresh_due) {
    at.rules.refresh_due(name_);
  }
}

void decided_acquisition::perform(acquisition_actions actions, const surroundings& at) {
  for (auto& action : actions) {
    if (const auto* started = std::get_if<report_start>(&action)) {
      at.rules.acquisition_started(name_, started->in_background);
    } else if (std::holds_alternative<start_attempt>(action) ||
               std::holds_alternative<send_request>(action)) {
      send(at);
    } else if (const auto* answer = std::get_if<answer_waiters>(&action)) {
      answer_until(answer->deadline, answer->failure, at);
    } else if (std::holds_alternative<withdraw_attempt>(action)) {
      at.host.withdraw(*order_, at.now);
    } else if (std::holds_alternative<end_attempt>(action)) {
      perform(machine_.on_result(attempt_failed{not_in_time()}, conditions(at.now)), at);
    } else if (const auto* timer = std::get_if<set_timer>(&action)) {
      timers_.emplace_back(timer->at, timer->timer);
    } else if (const auto* pause = std::get_if<pause_until>(&action)) {
      timers_.emplace_back(pause->at, pause->timer);
    } else if (const auto* granted = std::get_if<publish_token>(&action)) {
      publish(*granted, at);
    } else if (const auto* failed = std::get_if<report_failure>(&action)) {
      fail(*failed, at);
    }
  }
}

void decided_acquisition::send(const surroundings& at) {
  const auto now = conditions(at.now);
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(machine_.attempt_time(now));
  order_deadline_ = first_deadline().value_or(
      at.now + std::max<std::chrono::nanoseconds>(timeout, now.usable_for));
  is_refresh_order_ = !now.has_waiters();
  order_ = at.host.serve(
      {.deadline = order_deadline_,
       .purpose = is_refresh_order_ ? request_purpose::refresh : request_purpose::cold_key,
       .identity = number_ + 1,
       .urgent_at = at.now + now.usable_for / 2},
      number_, timeout, at.now);
}

void decided_acquisition::publish(const publish_token& granted, const surroundings& at) {
  const auto text = granted.grant.token.reveal();
  const auto exchange = std::stoul(std::string{text.substr(text.find('-') + 1)});
  token_ = published_token{exchange, time_point{granted.validity.end.boot.time_since_epoch()},
                           time_point{granted.validity.refresh_at.time_since_epoch()}};
  due_.refresh = false;
  at.rules.acquisition_ended(name_);
  for (const auto& each : std::exchange(waiters_, {})) {
    if (!each.canceled) {
      at.rules.answered(each.number, {.token = std::string{text}});
    }
  }
}

void decided_acquisition::fail(const report_failure& failed, const surroundings& at) {
  if (failed.next_refresh && token_) {
    token_->refresh_at = at.now + *failed.next_refresh;
    token_->is_refresh_due = false;
  }
  at.rules.acquisition_ended(name_);
  answer_until(time_point::max(), failed.failure, at);
}

void decided_acquisition::answer_until(time_point deadline, const error& failure,
                                       const surroundings& at) {
  std::erase_if(waiters_, [&](const waiting_caller& each) {
    if (each.deadline <= deadline && !each.canceled) {
      at.rules.answered(each.number, {.code = failure.code, .retry_after = failure.retry_after});
    }
    return each.deadline <= deadline;
  });
}

void decided_acquisition::remove_canceled() {
  std::erase_if(waiters_, [](const waiting_caller& each) { return each.canceled; });
}

std::chrono::nanoseconds decided_acquisition::usable_for(time_point now) const {
  return token_ && now < token_->end ? token_->end - now : 0ns;
}

std::optional<decided_acquisition::time_point> decided_acquisition::first_deadline() const {
  const auto first = std::ranges::min_element(waiters_, {}, &waiting_caller::deadline);
  return first == waiters_.end() ? std::nullopt : std::optional{first->deadline};
}

acquisition_fsm::conditions decided_acquisition::conditions(time_point now) const {
  const auto last = std::ranges::max_element(waiters_, {}, &waiting_caller::deadline);
  return {now, last == waiters_.end() ? std::nullopt : std::optional{last->deadline},
          usable_for(now), 0};
}

void decided_acquisition::note(std::uint64_t event, std::uint64_t detail, time_point now) {
  history_.add(event);
  history_.add(detail);
  history_.add(static_cast<std::uint64_t>(now.time_since_epoch().count()));
}

}  // namespace midas::internal::exploration
