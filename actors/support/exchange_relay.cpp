#include "actors/support/exchange_relay.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"

#include <algorithm>
#include <exception>
#include <string>

namespace midas::internal {

namespace {

bool has_succeeded(const expected<http_response>& outcome) {
  return outcome && is_success(outcome->status);
}

}  // namespace

void exchange_relay::begin(const std::shared_ptr<exchange>& admitted) {
  {
    const std::lock_guard lock{mutex_};
    if (admitted->state_ != exchange::state::waiting) {
      return;
    }
    admitted->state_ = exchange::state::running;
    std::erase(next_, admitted);
  }
  start(admitted);
}

void exchange_relay::set_next(std::vector<std::shared_ptr<exchange>> next) {
  const std::lock_guard lock{mutex_};
  std::erase_if(next, [](const auto& each) { return each->state_ != exchange::state::waiting; });
  next_ = std::move(next);
}

void exchange_relay::set_deadline(exchange& waiting,
                                  std::chrono::steady_clock::time_point deadline) {
  const std::lock_guard lock{mutex_};
  next_.clear();
  if (waiting.state_ == exchange::state::waiting) {
    waiting.request_.deadline = deadline;
  }
}

std::size_t exchange_relay::next_count() const {
  const std::lock_guard lock{mutex_};
  return next_.size();
}

bool exchange_relay::cancel(exchange& unwanted) {
  std::optional<std::uint64_t> number;
  {
    const std::lock_guard lock{mutex_};
    if (unwanted.state_ == exchange::state::ended) {
      return false;
    }
    unwanted.state_ = exchange::state::ended;
    number = unwanted.number_;
    std::erase_if(next_, [&](const auto& each) { return each.get() == &unwanted; });
  }
  if (number) {
    transport_.cancel(*number);
  }
  return true;
}

void exchange_relay::start(const std::shared_ptr<exchange>& begun) {
  auto done = [self = shared_from_this(), begun, proofs = proofs_of(begun->request_),
               sent = table_->next_attempt()](expected<http_response> outcome) {
    if (outcome) {
      outcome->proofs = proofs;
      outcome->sent = sent;
    }
    self->complete(*begun, std::move(outcome));
  };
  const auto number = transport_.start(std::move(begun->request_), std::move(done));
  {
    const std::lock_guard lock{mutex_};
    if (begun->state_ == exchange::state::running) {
      begun->number_ = number;
      return;
    }
  }
  // Cancelled before its number was known, unless it is complete.
  transport_.cancel(number);
}

void exchange_relay::complete(exchange& ended, expected<http_response> outcome) {
  completion_queue::completion completed{ended.id_, std::move(outcome), std::nullopt};
  if (const auto successor = take_successor(ended, has_succeeded(completed.outcome))) {
    completed.successor = successor->id_;
    start_successor(successor);
  }
  if (completions_.push(std::move(completed))) {
    caf_compat::anonymous_send(owner_, completions_due{});
  }
}

std::shared_ptr<exchange_relay::exchange> exchange_relay::take_successor(exchange& ended,
                                                                         bool succeeded) {
  const std::lock_guard lock{mutex_};
  if (!succeeded) {
    // The host may have to be sent less, which the actor decides.
    next_.clear();
  }
  // The slot of a cancelled exchange has been given to another.
  const bool had_slot = ended.state_ == exchange::state::running;
  ended.state_ = exchange::state::ended;
  if (!had_slot || next_.empty()) {
    return nullptr;
  }
  // Another identity may have reached its limit of requests in flight. The actor knows that, and
  // whether a caller waits for a refresh by now.
  if (const auto& first = *next_.front();
      first.identity_ != ended.identity_ || is_held(first) ||
      first.request_.deadline <= caf_compat::system_now(owner_)) {
    return nullptr;
  }
  auto result = std::move(next_.front());
  next_.erase(next_.begin());
  result->state_ = exchange::state::running;
  return result;
}

bool exchange_relay::is_held(const exchange& waiting) const {
  return waiting.request_.purpose == request_purpose::refresh &&
         !refreshes_->load(std::memory_order_relaxed);
}

void exchange_relay::start_successor(const std::shared_ptr<exchange>& successor) {
  try {
    start(successor);
  } catch (const std::exception& problem) {
    complete(*successor,
             fail(errc::unreachable, concat({"the request cannot be sent: ", problem.what()})));
  }
}

}  // namespace midas::internal
