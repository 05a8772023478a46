#include "tests/exploration/actor_rules.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::exploration {

namespace {

// Each rule is named where it is checked.
namespace rule {
constexpr std::string_view one_answer = "one answer";
constexpr std::string_view in_time = "in time";
constexpr std::string_view from_the_call = "deadlines count from the call";
constexpr std::string_view not_early = "no early deadline_exceeded";
constexpr std::string_view right_token = "the token of the key";
constexpr std::string_view one_in_flight = "one exchange in flight";
constexpr std::string_view limits = "the host's limits";
constexpr std::string_view rate_across_deaths = "the host's limits, across deaths";
constexpr std::string_view wanted = "no attempt without a waiter";
constexpr std::string_view turn = "the nearest deadline first";
constexpr std::string_view pace = "a pause after a failure";
constexpr std::string_view newest = "no older token after a newer";
constexpr std::string_view kept = "a usable token is kept";
constexpr std::string_view served = "no wait beside a usable token";
constexpr std::string_view gate = "nothing after the gate";
constexpr std::string_view end = "nothing left at the end";
}  // namespace rule

// The shortest pause of any host between a failure and the next attempt.
constexpr moment shortest_pause{500};
// For this long, an attempt goes on for callers who may ask again.
constexpr moment given_up_after{1'000};

std::string in_ms(moment at) { return std::to_string(at.count()) + " ms"; }

}  // namespace

const std::vector<std::string_view>& all_rules() {
  static const std::vector<std::string_view> names{rule::one_answer,
                                                   rule::in_time,
                                                   rule::from_the_call,
                                                   rule::not_early,
                                                   rule::right_token,
                                                   rule::limits,
                                                   rule::rate_across_deaths,
                                                   rule::wanted,
                                                   rule::one_in_flight,
                                                   rule::turn,
                                                   rule::pace,
                                                   rule::newest,
                                                   rule::kept,
                                                   rule::served,
                                                   rule::gate,
                                                   rule::end};
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
}

void actor_rules::answered(std::size_t caller, const answer_facts& answer) {
  auto& each = callers_.at(caller);
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
  } else if (answer.code == errc::deadline_exceeded && !answer.has_retry_after &&
             now_ < each.asked_at + each.facts.timeout) {
    note(rule::not_early, describe(each) + " failed with deadline_exceeded at " + in_ms(now_));
  }
}

void actor_rules::exchange_started(const request_unit& unit) {
  auto& state = units_[unit];
  auto& key = keys_[unit.key];
  exchange_state started{
      unit, step_, now_, key.acquisition_step, deaths_, deaths_ != settled_deaths_};
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
  const bool was_wanted =
      state.was_wanted || (state.last_wanted && now_ - *state.last_wanted <= given_up_after);
  if (!was_wanted && !is_refresh) {
    note(rule::wanted, name + " started, but no caller waited for it");
  }
  if (state.last_failure && now_ - *state.last_failure < shortest_pause) {
    note(rule::pace, name + " started " + in_ms(now_ - *state.last_failure) + " after a failure");
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
  const auto served = first_deadline(unit);
  if (!served || units_[unit].last_end.value_or(exchange_end::token) != exchange_end::token) {
    return;
  }
  for (const auto& [other, state] : units_) {
    if (other != unit && state.queued_with && *state.queued_with < *served &&
        now_ < *state.queued_with) {
      const auto still = first_deadline(other);
      if (still && *still == *state.queued_with) {
        note(rule::turn, to_string(unit) + " was sent, whose first deadline is " + in_ms(*served) +
                             ", before " + to_string(other) + " with " + in_ms(*state.queued_with));
      }
    }
  }
}

std::optional<moment> actor_rules::first_deadline(const request_unit& unit) const {
  std::optional<moment> result;
  for (const auto& each : callers_) {
    if (each.facts.unit == unit && is_waiting(each)) {
      const auto deadline = each.deadline.value_or(each.asked_at + each.facts.timeout);
      result = std::min(result.value_or(deadline), deadline);
    }
  }
  return result;
}

void actor_rules::exchange_ended(std::size_t number, exchange_end end) {
  auto& ended = exchanges_.at(number);
  ended.open = false;
  auto& state = units_[ended.unit];
  state.last_end = end;
  // The memory of a failure is lost with the actors that died.
  if (end == exchange_end::failure && !ended.amid_death && ended.deaths_before == deaths_) {
    state.last_failure = now_;
  } else {
    state.last_failure.reset();
  }
}

void actor_rules::published(const std::string& key, std::optional<std::size_t> number,
                            std::chrono::nanoseconds usable_for) {
  auto& state = keys_[key];
  const bool usable = number && usable_for > std::chrono::nanoseconds{0};
  if (!usable && state.usable_until && now_ < *state.usable_until && !shut_down_) {
    note(rule::kept, "the token of " + key + ", usable until " + in_ms(*state.usable_until) +
                         ", was gone at " + in_ms(now_));
  }
  if (number && state.published && *number < *state.published &&
      exchanges_[*number].started_in_step < exchanges_[*state.published].wanted_since_step) {
    note(rule::newest, "the token of exchange " + std::to_string(*number) +
                           " replaced that of exchange " + std::to_string(*state.published) +
                           ", which was requested later");
  }
  state.published = number;
  state.usable_until =
      usable ? std::optional{now_ + std::chrono::floor<moment>(usable_for)} : std::nullopt;
}

void actor_rules::acquisition_started(const std::string& key, bool in_background) {
  auto& state = keys_[key];
  state.refreshing = state.refreshing || in_background;
  state.acquisition_step = step_;
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
    if (key.usable_until && now_ < *key.usable_until && !each.facts.forced &&
        each.facts.unit.claims.empty()) {
      note(rule::served, describe(each) + " waits beside a usable token at " + in_ms(now_));
    }
  }
}

void actor_rules::remember_quiet_state() {
  settled_deaths_ = deaths_;
  for (auto& [unit, state] : units_) {
    const auto deadline = first_deadline(unit);
    state.was_wanted = deadline.has_value();
    const bool in_flight = state.last_exchange && exchanges_[*state.last_exchange].open;
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
