#include "tests/chaos/recorder.hpp"

#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/token_reading.hpp"

#include <utility>

namespace midas::internal::chaos {

void recorder::expect(std::size_t calls) {
  const std::lock_guard lock{mutex_};
  open_ += calls;
}

std::uint64_t recorder::request_started(const planned_call& call) {
  const auto& key = chaos_keys()[call.key];
  caller_request request{.caller = to_string(call.kind),
                         .key = key.key,
                         .client_id = key.client_id,
                         .force_refresh = call.force_refresh};
  const std::lock_guard lock{mutex_};
  return add(std::move(request), call.timeout);
}

std::uint64_t recorder::request_started(caller_request request, std::chrono::nanoseconds timeout) {
  const std::lock_guard lock{mutex_};
  ++open_;
  return add(std::move(request), timeout);
}

std::uint64_t recorder::add(caller_request request, std::chrono::nanoseconds timeout) {
  request.id = first_ + requests_.size();
  // After taking the lock, whose waiting time does not count.
  request.started = std::chrono::steady_clock::now();
  request.deadline = request.started + timeout;
  requests_.push_back(std::move(request));
  return requests_.back().id;
}

void recorder::request_cancelled(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  if (id >= first_) {
    requests_[id - first_].cancelled = std::chrono::steady_clock::now();
  }
}

void recorder::request_answered(std::uint64_t id, const expected<access_token>& outcome) {
  caller_answer answer{.at = std::chrono::steady_clock::now(),
                       .wall = std::chrono::system_clock::now()};
  if (outcome) {
    answer.token = read_token(outcome->token().reveal());
  } else {
    answer.code = outcome.error().code;
    answer.not_admitted = outcome.error().retry_after.has_value();
  }
  const std::lock_guard lock{mutex_};
  if (id < first_) {
    answered_again_.push_back(id);
    return;
  }
  auto& answers = requests_[id - first_].answers;
  answers.push_back(std::move(answer));
  if (answers.size() == 1 && --open_ == 0) {
    all_answered_.notify_all();
  }
}

bool recorder::wait_until_answered(time_point latest) const {
  std::unique_lock lock{mutex_};
  return all_answered_.wait_until(lock, latest, [this] { return open_ == 0; });
}

void recorder::take(history& into) {
  const std::lock_guard lock{mutex_};
  first_ += requests_.size();
  into.requests = std::exchange(requests_, {});
  into.answered_again = std::exchange(answered_again_, {});
  open_ = 0;
}

}  // namespace midas::internal::chaos
