#include "tests/exploration/rule_names.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::exploration {

const std::vector<std::string_view>& all_rules() {
  static const std::vector<std::string_view> names{
      rule::one_answer, rule::in_time,     rule::from_the_call, rule::not_early,
      rule::patience,   rule::right_token, rule::limits,        rule::rate_across_deaths,
      rule::wanted,     rule::given_up,    rule::one_in_flight, rule::turn,
      rule::pace,       rule::refused,     rule::claims_once,   rule::newest,
      rule::kept,       rule::served,      rule::gate,          rule::end};
  return names;
}

void actor_rules::note(std::string_view rule, std::string text) {
  if (!ignored_.contains(rule)) {
    violations_.push_back({std::string{rule}, std::move(text)});
  }
}

std::string actor_rules::describe(const caller_state& each) const {
  return "caller " + std::to_string(each.number) + " (" + to_string(each.facts.unit) +
         ", asked at " + in_ms(each.asked_at) + ", timeout " + in_ms(each.facts.timeout) + ")";
}

void actor_rules::asked(const caller_facts& facts) {
  callers_.push_back({facts, callers_.size(), step_, now_, gate_left_});
  units_[facts.unit].was_wanted = true;
  keys_[facts.unit.key].last_asked = now_;
}

void actor_rules::cancelled(std::size_t caller) {
  auto& each = callers_.at(caller);
  each.is_cancelled = true;
  units_[each.facts.unit].was_left = true;
}

void actor_rules::answered(std::size_t caller, const answer_facts& answer) {
  auto& each = callers_.at(caller);
  auto& unit = units_[each.facts.unit];
  unit.was_left = true;
  if (++each.answers > 1) {
    note(rule::one_answer, describe(each) + " was answered again");
  }
  if (gate_left_ && !each.is_late && each.facts.kind == caller_kind::callback) {
    note(rule::gate, describe(each) + " was answered after all actors had left the gate");
  }
  if (answer.token) {
    const auto number = std::stoul(answer.token->substr(answer.token->find('-') + 1));
    if (exchanges_.at(number).unit.key != each.facts.unit.key) {
      note(rule::right_token, describe(each) + " got the token of another key");
    }
    unit.claims_answered = unit.claims_granted;
    return;
  }
  if (answer.code == errc::claims_not_supported && !unit.was_granted) {
    note(rule::claims_once, describe(each) + " was refused claims that were never answered");
  }
  const auto deadline = each.asked_at + each.facts.timeout;
  if (answer.code == errc::deadline_exceeded && !answer.retry_after && now_ < deadline) {
    note(rule::not_early, describe(each) + " failed with deadline_exceeded at " + in_ms(now_));
  }
  if (is_transient(answer.code) && answer.retry_after &&
      now_ + *answer.retry_after < deadline - min_time_left) {
    note(rule::patience,
         describe(each) + " failed at " + in_ms(now_) + ", but was to retry before its deadline");
  }
}

std::optional<milliseconds> actor_rules::first_deadline(const request_unit& unit) const {
  std::optional<milliseconds> result;
  for (const auto& each : callers_) {
    if (each.facts.unit == unit && is_waiting(each)) {
      const auto deadline = each.deadline.value_or(each.asked_at + each.facts.timeout);
      result = std::min(result.value_or(deadline), deadline);
    }
  }
  return result;
}

std::optional<milliseconds> actor_rules::earliest_deadline(const request_unit& unit) const {
  std::optional<milliseconds> result;
  for (const auto& each : callers_) {
    if (each.facts.unit == unit && is_waiting(each)) {
      const auto deadline = each.asked_at + each.facts.timeout;
      result = std::min(result.value_or(deadline), deadline);
    }
  }
  return result;
}

std::optional<milliseconds> actor_rules::earliest_deadline_with_canceled(
    const request_unit& unit) const {
  auto result = earliest_deadline(unit);
  for (const auto& each : callers_) {
    const auto deadline = each.asked_at + each.facts.timeout;
    if (result && each.facts.unit == unit && each.is_cancelled && now_ < deadline) {
      result = std::min(*result, deadline);
    }
  }
  return result;
}

void actor_rules::acquisition_started(const std::string& key, bool in_background) {
  auto& state = keys_[key];
  state.refreshing = state.refreshing || in_background;
  state.acquisition_step = step_;
}

void actor_rules::actor_died() {
  ++deaths_;
  // Their memory of failures is lost with the acquisition actors. The service remembers the claims
  // for which a caller has received a token.
  for (auto& [unit, state] : units_) {
    state.last_failure.reset();
    state.last_refusal.reset();
    state.claims_granted.reset();
  }
}

void actor_rules::gate_left() {
  if (!std::exchange(gate_left_, true)) {
    for (const auto& each : callers_) {
      // The answer to an actor may still be in its mailbox, and a thread may still be waking up.
      if (is_waiting(each) && each.facts.kind == caller_kind::callback) {
        note(rule::gate, describe(each) + " had no answer when all actors had left the gate");
      }
    }
  }
}

void actor_rules::step_done(bool quiet) {
  ++step_;
  for (const auto& each : callers_) {
    if (is_waiting(each)) {
      auto& unit = units_[each.facts.unit];
      unit.was_wanted = true;
      unit.last_wanted = now_;
    }
  }
  if (quiet) {
    check_waiting();
    check_given_up();
    remember_quiet_state();
  }
}

void actor_rules::check_waiting() {
  for (auto& each : callers_) {
    if (!is_waiting(each) || each.facts.kind == caller_kind::thread) {
      continue;
    }
    each.deadline = each.deadline.value_or(now_ + each.facts.timeout);
    if (*each.deadline <= now_) {
      note(rule::in_time, describe(each) + " was not answered by " + in_ms(now_));
      each.is_cancelled = true;
    } else if (each.asked_at + each.facts.timeout <= now_ &&
               each.facts.kind == caller_kind::callback) {
      note(rule::from_the_call, describe(each) + " was not answered by " + in_ms(now_));
    }
    const auto& key = keys_[each.facts.unit.key];
    // An acquisition that outlives its cache actor may still publish a token; the next one does not
    // learn of it.
    const bool known = key.published && exchanges_[*key.published].deaths_before == deaths_;
    if (known && key.usable_until && now_ < *key.usable_until && !each.facts.forced &&
        each.facts.unit.claims.empty()) {
      note(rule::served, describe(each) + " waits beside a usable token at " + in_ms(now_));
    }
  }
}

void actor_rules::check_given_up() {
  for (const auto& each : exchanges_) {
    const bool is_refresh = keys_[each.unit.key].refreshing && each.unit.claims.empty();
    const bool remembered = !each.amid_death && each.deaths_before == deaths_;
    if (each.open && remembered && !is_refresh && !shut_down_ &&
        each.started_at + given_up_after <= now_ && !first_deadline(each.unit)) {
      note(rule::given_up, "the exchange of " + to_string(each.unit) + " that started at " +
                               in_ms(each.started_at) + " is in flight at " + in_ms(now_));
    }
  }
}

void actor_rules::remember_quiet_state() {
  deaths_when_quiet_ = deaths_;
  quiet_at_ = now_;
  for (auto& [unit, state] : units_) {
    const auto deadline = first_deadline(unit);
    state.was_wanted = deadline.has_value();
    state.was_left = false;
    const bool in_flight = state.last_exchange && exchanges_[*state.last_exchange].open;
    state.was_unwanted = in_flight && !deadline;
    const bool failed = state.last_end.value_or(exchange_end::token) != exchange_end::token;
    const bool has_token = keys_[unit.key].published.has_value();
    state.queued_with = in_flight || failed || has_token ? std::nullopt : deadline;
  }
}

bool actor_rules::all_answered() const {
  return std::ranges::none_of(callers_, [](const caller_state& each) { return is_waiting(each); });
}

void actor_rules::finished(std::size_t live_actors, std::size_t open_exchanges,
                           bool gate_is_empty) {
  for (const auto& each : callers_) {
    if (each.answers == 0) {
      note(rule::one_answer, describe(each) + " was never answered");
    }
  }
  if (live_actors != 0) {
    note(rule::end, std::to_string(live_actors) + " actors are left");
  }
  if (open_exchanges != 0) {
    note(rule::end, std::to_string(open_exchanges) + " exchanges are still open");
  }
  if (!gate_is_empty) {
    note(rule::end, "an actor is still inside the gate");
  }
}

}  // namespace midas::internal::exploration
