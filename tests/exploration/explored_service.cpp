#include "tests/exploration/explored_service.hpp"

#include "tests/exploration/explored_host.hpp"

#include <caf/scheduled_actor.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace midas::internal::exploration {

namespace {

using namespace std::chrono_literals;

token_key key_named(const std::string& name) { return *make_key({.resource = name}); }

std::string name_of(const caf::resumable* job) {
  const auto* actor = dynamic_cast<const caf::scheduled_actor*>(job);
  const std::string name = actor != nullptr ? actor->name() : "other";
  constexpr std::string_view prefix = "midas.";
  if (name.starts_with(prefix)) {
    return name.substr(prefix.size());
  }
  return "caller";
}

}  // namespace

explored_service::explored_service(host_limits limits, std::set<std::string_view> ignored)
    : rules_(limits, std::move(ignored)), actors_(service_context{endpoint()}, limits) {
  for (const auto* name : {"a", "b"}) {
    keys_.emplace(name, key_named(name));
  }
  // The supervisor starts one of its own.
  caf_compat::send_exit(actors_.cache, caf::exit_reason::user_shutdown);
  actors_.run();
  context().observers->add([this](const token_event& event) { note(event); });
  supervisor_ = cache_supervisor::start(actors_.system(), actors_.settings);
  frontend_ = std::make_shared<detail::service_frontend>(
      actors_.context, detail::service_frontend::running_actors{supervisor_, {}});
  actors_.cache = supervisor_->current();
  actors_.run();
}

explored_service::~explored_service() {
  supervisor_->close();
  actors_.run();
}

std::vector<std::string> explored_service::runnable() {
  std::vector<std::string> result;
  std::map<std::string, int> count;
  for (const auto* job : actors_.scheduler().jobs) {
    const auto name = name_of(job);
    const auto number = ++count[name];
    result.push_back(name + (number == 1 ? "" : "#" + std::to_string(number)));
  }
  return result;
}

std::vector<std::size_t> explored_service::open_exchanges() const {
  std::vector<std::size_t> result;
  for (std::size_t n = 0; n < units_.size(); ++n) {
    if (actors_.transport->is_open(n)) {
      result.push_back(n);
    }
  }
  return result;
}

bool explored_service::run(const std::string& name) {
  auto& jobs = actors_.scheduler().jobs;
  const auto hash = name.find('#');
  auto skipped = hash == std::string::npos ? 0 : std::stoul(name.substr(hash + 1)) - 1;
  const auto wanted = name.substr(0, hash);
  const auto found = std::ranges::find_if(
      jobs, [&](const caf::resumable* job) { return name_of(job) == wanted && skipped-- == 0; });
  if (found == jobs.end()) {
    return false;
  }
  std::rotate(jobs.begin(), found, found + 1);
  return actors_.scheduler().try_run_once();
}

bool explored_service::ask(std::istringstream& words) {
  std::string unit;
  std::size_t ms = 0;
  std::string kind;
  std::string forced;
  words >> unit >> ms >> kind >> forced;
  caller_facts facts{read_unit(unit), caller_kind::callback, forced == "forced", milliseconds{ms}};
  const token_request request{
      .resource = facts.unit.key, .claims = facts.unit.claims, .force_refresh = facts.forced};
  if (kind == "thread") {
    return ask_in_thread(facts, request);
  }
  auto& caller = callers_.emplace_back();
  caller.unit = facts.unit;
  if (kind == "actor") {
    facts.kind = caller_kind::actor;
    rules_.asked(facts);
    send_as_actor(caller.received, request, facts.timeout);
    return true;
  }
  rules_.asked(facts);
  const auto waiter = actors_.waiter_into(caller.received);
  waiter.cancel_on(caller.stop.get_token());
  actors_.send(actors_.cache, request, facts.timeout, waiter);
  return true;
}

void explored_service::send_as_actor(const std::shared_ptr<test::answers>& received,
                                     const token_request& request,
                                     std::chrono::nanoseconds timeout) {
  actors_.system().spawn(
      [received, request, timeout](caf::event_based_actor* self, const cache_actor& to) {
        caf_compat::request(self, to, request, timeout)
            .then([received](const access_token& token) { received->emplace_back(token); },
                  [received](const caf::error& e) {
                    received->emplace_back(unexpected{to_error(e)});
                  });
      },
      actors_.cache);
  // Only sends; when the request arrives is up to the cache actor.
  actors_.scheduler().try_run_once_lifo();
}

// The thread must have sent its request before the next step. Its message is only observed if the
// cache actor was idle.
bool explored_service::ask_in_thread(caller_facts facts, const token_request& request) {
  auto& scheduler = actors_.scheduler();
  if (std::ranges::any_of(scheduler.jobs, [](auto* job) { return name_of(job) == "cache"; })) {
    return false;
  }
  facts.kind = caller_kind::thread;
  rules_.asked(facts);
  auto& caller = callers_.emplace_back();
  caller.blocked = std::make_shared<blocked_call>();
  scheduler.after_next_enqueue([call = caller.blocked] { call->note_sent(); });
  blocked_call::start(caller.blocked, frontend_, request, facts.timeout);
  caller.blocked->wait_until_sent();
  scheduler.after_next_enqueue(std::function<void()>{});
  return true;
}

bool explored_service::cancel(std::size_t number) {
  if (number >= callers_.size() || callers_[number].blocked != nullptr ||
      !rules_.is_waiting(number)) {
    return false;
  }
  // Only a callback can be canceled; an actor's request cannot.
  if (!callers_[number].stop.request_stop() || callers_[number].received->empty()) {
    return false;
  }
  rules_.cancelled(number);
  const auto& unit = callers_[number].unit;
  caf_compat::anonymous_send(actors_.cache, caller_canceled{{key_named(unit.key), unit.claims}});
  return true;
}

// The exchange whose token the host returns.
std::size_t explored_service::source_of_token(std::size_t number, const std::string& what) {
  auto& last = granted_[units_[number].key];
  if (what == "same" && last) {
    return *last;
  }
  last = std::max(last.value_or(0), number);
  return number;
}

bool explored_service::answer(std::size_t number, const std::string& what) {
  if (number >= units_.size() || !actors_.transport->is_open(number)) {
    return false;
  }
  if (what == "reset") {
    actors_.transport->complete(number, fail(errc::connection_lost, "reset"));
  } else if (what == "ok" || what == "short" || what == "expired" || what == "same") {
    const auto* life = what == "short" ? " 120" : what == "expired" ? " 0" : " 86400";
    actors_.transport->respond(number, 200,
                               "token-" + std::to_string(source_of_token(number, what)) + life);
  } else {
    const bool throws = what == "throw";
    actors_.transport->respond(number, throws ? 200 : std::stoi(what), throws ? what : "refused");
  }
  noted_open_[number] = false;
  rules_.exchange_ended(number, end_of(what));
  return true;
}

void explored_service::pass_time(milliseconds by) {
  rules_.time_passed(by);
  actors_.fire_timers_after(by);
}

bool explored_service::shut_down() {
  if (std::exchange(is_shut_down_, true)) {
    return false;
  }
  rules_.shut_down();
  static_cast<void>(actors_.open->close());
  frontend_->close();
  return true;
}

void explored_service::observe() {
  for (; deaths_ < actors_.transport->thrown(); ++deaths_) {
    rules_.actor_died();
  }
  note_exchanges();
  note_answers();
  note_published();
  if (const auto current = supervisor_->current(); current && current != actors_.cache) {
    actors_.cache = current;
  }
  if (is_shut_down_ && context().live_actors->wait_for(0s)) {
    rules_.gate_left();
  }
  // Delivers messages that were delayed by no time.
  actors_.fire_timers_after(0ms);
  rules_.step_done(actors_.scheduler().jobs.empty());
}

void explored_service::observe_end() {
  for (auto& each : callers_) {
    if (each.blocked != nullptr) {
      each.blocked->wait_until_over();
    }
  }
  observe();
  rules_.finished(actors_.live_actors(), open_exchanges().size(),
                  context().live_actors->wait_for(0s));
}

void explored_service::note_exchanges() {
  // Before those that have taken their places.
  note_canceled();
  for (auto n = units_.size(); n < actors_.transport->started(); ++n) {
    units_.push_back(unit_of_url(actors_.transport->request(n).url));
    noted_open_.push_back(true);
    rules_.exchange_started(units_.back());
  }
  note_canceled();
}

void explored_service::note_canceled() {
  for (std::size_t n = 0; n < noted_open_.size(); ++n) {
    if (noted_open_[n] && !actors_.transport->is_open(n)) {
      noted_open_[n] = false;
      rules_.exchange_ended(n, exchange_end::unknown);
    }
  }
}

void explored_service::note(const token_event& event) {
  if (const auto* started = std::get_if<acquisition_started>(&event)) {
    rules_.acquisition_started(started->key.resource, started->in_background);
  } else if (const auto* done = std::get_if<acquisition_succeeded>(&event)) {
    rules_.acquisition_ended(done->key.resource);
  } else if (const auto* failed = std::get_if<acquisition_failed>(&event)) {
    rules_.acquisition_ended(failed->key.resource);
  }
}

void explored_service::note_answers() {
  for (std::size_t n = 0; n < callers_.size(); ++n) {
    auto& each = callers_[n];
    if (each.blocked != nullptr && each.blocked->is_over() && each.received->empty()) {
      each.received->push_back(each.blocked->outcome());
    }
    for (; each.noted < each.received->size(); ++each.noted) {
      const auto& outcome = (*each.received)[each.noted];
      answer_facts facts;
      if (outcome) {
        facts.token = std::string{outcome->token().reveal()};
      } else {
        facts.code = outcome.error().code;
        facts.retry_after = outcome.error().retry_after;
      }
      rules_.answered(n, facts);
    }
  }
}

void explored_service::note_published() {
  for (const auto& [name, key] : keys_) {
    const auto held = context().table->find_held(key);
    const auto exchange =
        held ? std::optional<std::size_t>{std::stoul(std::string{held->token().reveal()}.substr(6))}
             : std::nullopt;
    rules_.published(name, exchange, context().table->time_left(key, context().now()));
    if (context().table->is_refresh_due(key, context().now())) {
      rules_.refresh_due(name);
    }
  }
}

}  // namespace midas::internal::exploration
