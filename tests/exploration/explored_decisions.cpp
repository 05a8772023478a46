#include "tests/exploration/explored_decisions.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace midas::internal::exploration {

namespace {

using namespace std::chrono_literals;

// Any time but the epoch, so that a time that was not set is noticed.
constexpr decided_acquisition::time_point beginning{1'000'000s};

std::vector<std::string> keys_of(const decision_case& given) {
  std::vector<std::string> result;
  for (const auto& caller : given.callers) {
    if (std::ranges::find(result, caller.key) == result.end()) {
      result.push_back(caller.key);
    }
  }
  return result;
}

}  // namespace

explored_decisions::explored_decisions(const decision_case& given)
    : case_(std::make_shared<decision_case>(given)),
      rules_(given.limits),
      host_(given.limits),
      asked_(given.callers.size()),
      now_(beginning) {
  for (const auto& key : keys_of(given)) {
    keys_.emplace_back(key, keys_.size());
  }
}

std::vector<std::string> explored_decisions::possible() const {
  std::vector<std::string> result;
  add_messages(result);
  const bool quiet = result.empty();
  for (std::size_t n = 0; n < asked_.size(); ++n) {
    if (!asked_[n]) {
      result.push_back("ask " + std::to_string(n));
    } else if (case_->callers[n].may_cancel && rules_.is_waiting(*asked_[n])) {
      result.push_back("cancel " + std::to_string(n));
    }
  }
  for (const auto& [id, order] : host_.open()) {
    if (order.sent_at) {
      for (const auto& what : case_->answers) {
        result.push_back("answer " + keys_[order.key].name() + " " + what);
      }
    }
  }
  if (quiet && next_due() != time_point::max()) {
    result.emplace_back("time");
  }
  return result;
}

void explored_decisions::add_messages(std::vector<std::string>& steps) const {
  for (const auto& result : host_.results()) {
    steps.push_back("read " + keys_[result.key].name());
  }
  for (const auto& key : keys_) {
    if (key.due().recheck) {
      steps.push_back("expire " + key.name());
    }
    if (key.due().refresh) {
      steps.push_back("refresh " + key.name());
    }
    for (const auto timer : key.due().timers) {
      steps.push_back("timer " + key.name() + " " + std::to_string(timer));
    }
  }
  if (host_.next_wake() <= now_) {
    steps.emplace_back("admit");
  }
}

bool explored_decisions::perform(const std::string& step) {
  const bool done = take_step(step);
  if (done) {
    observe();
  }
  return done;
}

bool explored_decisions::take_step(const std::string& step) {
  std::istringstream words{step};
  std::string verb;
  std::string first;
  std::string second;
  words >> verb >> first >> second;
  auto* key = find(first);
  if (verb == "ask") {
    return ask(std::stoul(first));
  }
  if (verb == "cancel") {
    return cancel(std::stoul(first));
  }
  if (verb == "answer") {
    return answer(first, second);
  }
  if (verb == "read") {
    return read(first);
  }
  if (verb == "time") {
    return is_quiet() && pass_time();
  }
  if (verb == "admit") {
    const bool is_due = host_.next_wake() <= now_;
    if (is_due) {
      host_.wake(now_);
    }
    return is_due;
  }
  if (key == nullptr) {
    throw std::invalid_argument{"unknown step: " + step};
  }
  return verb == "expire"    ? key->due().recheck && (key->recheck(surroundings()), true)
         : verb == "refresh" ? key->due().refresh && (key->refresh(surroundings()), true)
                             : key->due().timers.contains(std::stoul(second)) &&
                                   (key->fire(std::stoul(second), surroundings()), true);
}

bool explored_decisions::ask(std::size_t caller) {
  if (asked_.at(caller)) {
    return false;
  }
  const auto& asks = case_->callers[caller];
  const auto number = rules_.callers();
  asked_[caller] = number;
  rules_.asked({{asks.key, {}}, caller_kind::callback, asks.forced, asks.timeout});
  find(asks.key)->ask({number, now_ + asks.timeout, asks.forced}, surroundings());
  return true;
}

bool explored_decisions::cancel(std::size_t caller) {
  const auto number = asked_.at(caller);
  if (!number || !rules_.is_waiting(*number)) {
    return false;
  }
  rules_.cancelled(*number);
  rules_.answered(*number, {.code = errc::cancelled});
  find(case_->callers[caller].key)->cancel(*number);
  return true;
}

bool explored_decisions::answer(const std::string& key, const std::string& what) {
  const auto& open = host_.open();
  const auto found = std::ranges::find_if(open, [&](const auto& item) {
    return item.second.sent_at && keys_[item.second.key].name() == key;
  });
  if (found == open.end()) {
    return false;
  }
  rules_.exchange_ended(found->second.exchange, end_of(what));
  host_.answer(found->first, what, now_);
  return true;
}

bool explored_decisions::read(const std::string& key) {
  auto& all = host_.results();
  const auto found = std::ranges::find_if(
      all, [&](const auto& result) { return keys_[result.key].name() == key; });
  if (found == all.end()) {
    return false;
  }
  auto outcome = std::move(found->outcome);
  all.erase(found);
  find(key)->read(std::move(outcome), surroundings());
  return true;
}

bool explored_decisions::pass_time() {
  const auto next = next_due();
  if (next == time_point::max()) {
    return false;
  }
  const auto by =
      std::chrono::ceil<milliseconds>(std::max<std::chrono::nanoseconds>(next - now_, 1ms));
  now_ += by;
  rules_.time_passed(by);
  host_.end_due(now_);
  for (auto& key : keys_) {
    key.pass_time(surroundings());
  }
  return true;
}

void explored_decisions::observe() {
  // Before those that have taken their places.
  for (const auto exchange : std::exchange(host_.canceled(), {})) {
    rules_.exchange_ended(exchange, exchange_end::unknown);
  }
  for (const auto key : std::exchange(host_.started(), {})) {
    rules_.exchange_started({keys_[key].name(), {}});
  }
  for (const auto& key : keys_) {
    key.show_token(surroundings());
  }
  rules_.step_done(is_quiet());
}

void explored_decisions::finish() {
  constexpr int more_than_enough = 200;
  for (int i = 0; i < more_than_enough && !is_over(); ++i) {
    const auto steps = possible();
    const auto useful = std::ranges::find_if(steps, [this](const std::string& step) {
      return !step.starts_with("ask") && !step.starts_with("cancel") &&
             (!step.starts_with("answer") || step.ends_with(case_->answers.front()));
    });
    if (useful == steps.end()) {
      break;
    }
    perform(*useful);
  }
  const auto busy = std::ranges::count_if(keys_, [](const auto& key) { return !key.is_idle(); });
  rules_.finished(static_cast<std::size_t>(busy), host_.open().size(), true);
}

bool explored_decisions::is_over() const {
  return rules_.all_answered() && host_.open().empty() && is_quiet() &&
         std::ranges::all_of(keys_, &decided_acquisition::is_idle);
}

std::uint64_t explored_decisions::history() const {
  fingerprint result;
  result.add(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  result.add(host_.history());
  for (const auto& key : keys_) {
    result.add(key.history());
  }
  for (const auto& each : asked_) {
    result.add(each ? 1 + static_cast<std::uint64_t>(rules_.is_waiting(*each)) : 0);
  }
  return result.value();
}

decided_acquisition* explored_decisions::find(const std::string& key) {
  const auto found = std::ranges::find(keys_, key, &decided_acquisition::name);
  return found == keys_.end() ? nullptr : &*found;
}

bool explored_decisions::is_quiet() const {
  std::vector<std::string> messages;
  add_messages(messages);
  return messages.empty();
}

explored_decisions::time_point explored_decisions::next_due() const {
  auto result = std::min(host_.next_wake(), host_.next_timeout());
  for (const auto& key : keys_) {
    result = std::min(result, key.next_due());
  }
  return result;
}

}  // namespace midas::internal::exploration
