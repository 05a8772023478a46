#include "tests/chaos/rude_callers.hpp"

#include "tests/chaos/chaos_keys.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t hurrying_threads = 4;
constexpr std::size_t crowd_keys = 64;
constexpr const char* hurried_resource = "https://hurry.example";
constexpr const char* challenged_resource = "https://challenged.example";

caller_request facts_of(const token_request& request, const char* caller) {
  return {.caller = caller,
          .key = key_of(request.identity, request.resource),
          .client_id = sample_system_assigned_identity().client_id,
          .force_refresh = request.force_refresh,
          .has_claims = !request.claims.empty()};
}

}  // namespace

std::set<request_key> rude_keys_with_claims() {
  return {key_of(managed_identity::system_assigned(), challenged_resource)};
}

rude_callers::rude_callers(token_service& service, recorder& log, std::uint64_t seed,
                           std::size_t crowd)
    : service_(service), log_(log), chance_(seed), crowd_(crowd) {
  for (std::size_t i = 0; i < hurrying_threads; ++i) {
    threads_.emplace_back(
        [handle = service.for_resource(hurried_resource), to = &log,
         own = chance_.next()](const std::stop_token& stop) { hurry(stop, handle, *to, own); });
  }
}

void rude_callers::hurry(const std::stop_token& stop, const token_handle& tokens, recorder& log,
                         std::uint64_t seed) {
  random_source random{seed};
  const auto facts = facts_of({.resource = hurried_resource}, "thread");
  while (!stop.stop_requested()) {
    const auto timeout = random.between(20ms, 500ms);
    const auto id = log.request_started(facts, timeout);
    const auto outcome = tokens.get(timeout);
    log.request_answered(id, outcome);
    if (!outcome && outcome.error().code == errc::shutting_down) {
      return;
    }
    // Only so that the history stays small.
    std::this_thread::sleep_for(5ms);
  }
}

void rude_callers::stop() {
  for (auto& thread : threads_) {
    thread.request_stop();
  }
  threads_.clear();
}

std::uint64_t rude_callers::ask(const token_request& request, std::chrono::milliseconds timeout,
                                const std::stop_token& stop) {
  const auto id = log_.request_started(facts_of(request, "callback"), timeout);
  service_.get_async(
      request, timeout,
      [to = &log_, id](const expected<access_token>& outcome) {
        to->request_answered(id, outcome);
      },
      stop);
  return id;
}

// An observer that throws is removed.
void rude_callers::observe() {
  observer_ = service_.observe([left = std::make_shared<int>(3)](const token_event&) {
    if (--*left <= 0) {
      throw std::runtime_error{"an observer that throws"};
    }
  });
}

void rude_callers::make_round() {
  if (rounds_++ % 5 == 0) {
    observe();
  }
  for (auto& each : std::exchange(to_cancel_, {})) {
    log_.request_cancelled(each.id);
    each.source.request_stop();
  }
  for (std::size_t i = 0; i < crowd_; ++i) {
    const auto number = std::to_string(chance_.below(crowd_keys));
    ask({.resource = "https://crowd-" + number + ".example"}, chance_.between(20ms, 1'000ms));
  }
  if (chance_.with_probability(0.3)) {
    cancellation later;
    later.id = ask({.resource = hurried_resource}, 1'000ms, later.source.get_token());
    to_cancel_.push_back(std::move(later));
  }
  ask({.resource = challenged_resource}, chance_.between(20ms, 1'000ms));
  if (chance_.with_probability(0.2)) {
    ask({.resource = challenged_resource, .force_refresh = true}, 1'000ms);
  }
  if (chance_.with_probability(0.2)) {
    // Claims that were answered lately are refused.
    const auto number = chance_.with_probability(0.5) ? rounds_ : 0;
    ask({.resource = challenged_resource, .claims = "{\"n\":" + std::to_string(number) + "}"},
        1'000ms);
  }
}

void rude_callers::make_patient_call() {
  ask({.resource = "https://patient-" + std::to_string(rounds_ / 10) + ".example", .lane = 1},
      4'000ms);
}

}  // namespace midas::internal::chaos
