// The rules for exchanges with the host.
#include "tests/exploration/rule_names.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::exploration {

namespace {

// The shortest pause of any host between a failure and the next attempt.
constexpr milliseconds min_pause{500};

}  // namespace

exchange_end end_of(std::string_view answer) {
  if (answer == "ok" || answer == "short" || answer == "same") {
    return exchange_end::token;
  }
  return answer == "400"   ? exchange_end::refusal
         : answer == "401" ? exchange_end::unknown
                           : exchange_end::failure;
}

void actor_rules::exchange_started(const request_unit& unit) {
  auto& state = units_[unit];
  auto& key = keys_[unit.key];
  exchange_state started{
      unit, step_, now_, key.acquisition_step, deaths_, deaths_ != deaths_when_quiet_};
  bool has_waiters = false;
  for (const auto& each : callers_) {
    if (each.facts.unit == unit && is_waiting(each)) {
      started.wanted_since_step = has_waiters
                                      ? std::min(started.wanted_since_step, each.asked_in_step)
                                      : each.asked_in_step;
      has_waiters = true;
    }
  }
  const auto name = "exchange " + std::to_string(exchanges_.size()) + " (" + to_string(unit) +
                    ", at " + in_ms(now_) + ")";
  const auto is_refresh = key.refreshing && unit.claims.empty();
  // If time has passed by more than the host's limits need, its end may be handled before a timer
  // that was due earlier, so that the time of the last quiet state counts.
  const bool was_wanted =
      state.was_wanted || (state.last_wanted && quiet_at_ - *state.last_wanted <= given_up_after);
  if (!was_wanted && !is_refresh) {
    note(rule::wanted, name + " started, but no caller waited for it");
  }
  if (state.last_failure && now_ - *state.last_failure < min_pause) {
    note(rule::pace, name + " started " + in_ms(now_ - *state.last_failure) + " after a failure");
  }
  if (state.last_refusal && now_ - *state.last_refusal < refusals_last) {
    note(rule::refused,
         name + " started " + in_ms(now_ - *state.last_refusal) + " after a refusal");
  }
  if (state.claims_answered && now_ - *state.claims_answered < claims_last) {
    note(rule::claims_once, name + " started " + in_ms(now_ - *state.claims_answered) +
                                " after a token for the same claims");
  }
  check_turn(unit);
  for (const auto& each : exchanges_) {
    if (each.open && each.unit == unit && each.deaths_before == deaths_ && !each.amid_death) {
      note(rule::one_in_flight, name + " started while another was in flight");
    }
  }
  check_limits();
  state.last_exchange = exchanges_.size();
  state.queued_with.reset();
  exchanges_.push_back(std::move(started));
}

void actor_rules::check_limits() {
  if (limits_.max_per_second == 0) {
    return;
  }
  std::size_t in_flight = 1;
  std::size_t recent = 1;
  for (const auto& each : exchanges_) {
    in_flight += each.open ? 1U : 0U;
    recent += now_ - each.started_at < std::chrono::seconds{1} ? 1U : 0U;
  }
  // An HTTP actor that replaces another does not know what that one sent.
  const auto broken = deaths_ == 0 ? rule::limits : rule::rate_across_deaths;
  if (in_flight > limits_.max_in_flight) {
    note(broken, std::to_string(in_flight) + " exchanges are in flight");
  }
  if (recent > limits_.max_per_second) {
    note(broken, std::to_string(recent) + " exchanges started within a second");
  }
}

// A unit that waited for its first exchange in the last quiet state, with a nearer deadline than
// all callers of the unit that is served, should have been served instead.
void actor_rules::check_turn(const request_unit& unit) {
  const auto served = earliest_deadline_with_canceled(unit);
  // A key that has a token goes before those that have none.
  if (!served || keys_[unit.key].usable_until ||
      units_[unit].last_end.value_or(exchange_end::token) != exchange_end::token) {
    return;
  }
  for (const auto& [other, state] : units_) {
    if (other != unit && state.queued_with && *state.queued_with < *served &&
        now_ + refused_before < earliest_deadline(other)) {
      const auto still = first_deadline(other);
      if (still && *still == *state.queued_with) {
        note(rule::turn, to_string(unit) + " was sent, whose first deadline is " + in_ms(*served) +
                             ", before " + to_string(other) + " with " + in_ms(*state.queued_with));
      }
    }
  }
}

void actor_rules::exchange_ended(std::size_t number, exchange_end end) {
  auto& ended = exchanges_.at(number);
  ended.open = false;
  auto& state = units_[ended.unit];
  state.last_end = end;
  // The memory of a failure is lost with the actors that died. An answer that the HTTP actor takes
  // after it has withdrawn the request is not read.
  const bool remembered =
      !ended.amid_death && ended.deaths_before == deaths_ && !may_be_withdrawn(ended);
  state.was_granted = state.was_granted || end == exchange_end::token;
  state.claims_granted = remembered && end == exchange_end::token && !ended.unit.claims.empty()
                             ? std::optional{now_}
                             : std::nullopt;
  state.last_failure =
      remembered && end == exchange_end::failure ? std::optional{now_} : std::nullopt;
  state.last_refusal =
      remembered && end == exchange_end::refusal ? std::optional{now_} : std::nullopt;
}

// A caller has left, and the actors may have withdrawn the request because of that.
bool actor_rules::may_be_withdrawn(const exchange_state& each) const {
  const auto unit = units_.find(each.unit);
  const bool was_left =
      unit != units_.end() && (unit->second.was_left || unit->second.was_unwanted);
  const auto earliest = earliest_deadline(each.unit);
  // The answer to an actor may still be in its mailbox.
  return was_left || !earliest || *earliest <= now_;
}

void actor_rules::published(const std::string& key, std::optional<std::size_t> number,
                            std::chrono::nanoseconds usable_for) {
  auto& state = keys_[key];
  const bool usable = number && usable_for > std::chrono::nanoseconds{0};
  // The table drops tokens that nobody has requested for as long as they live.
  const bool in_use = state.last_asked && now_ - *state.last_asked < state.life;
  if (!usable && in_use && state.usable_until && now_ < *state.usable_until && !shut_down_) {
    note(rule::kept, "the token of " + key + ", usable until " + in_ms(*state.usable_until) +
                         ", was gone at " + in_ms(now_));
  }
  if (number && state.published && *number < *state.published &&
      exchanges_[*number].started_in_step < exchanges_[*state.published].wanted_since_step) {
    note(rule::newest, "the token of exchange " + std::to_string(*number) +
                           " replaced that of exchange " + std::to_string(*state.published) +
                           ", which was requested later");
  }
  state.life = number == state.published ? std::max(state.life, usable_for) : usable_for;
  state.published = number;
  state.usable_until =
      usable ? std::optional{now_ + std::chrono::floor<milliseconds>(usable_for)} : std::nullopt;
}

}  // namespace midas::internal::exploration
