#include "service/service_frontend.hpp"

#include "actors/policies/answered_claims.hpp"
#include "actors/policies/deadline.hpp"
#include "messages/caller_errors.hpp"
#include "messages/make_error.hpp"
#include "messages/no_wait_scope.hpp"
#include <midas/detail/outcome_box.hpp>

#include <utility>

namespace midas::detail {

using internal::token_waiter;

internal::cache_actor service_frontend::cache() const {
  return is_forked() || !actors_ ? internal::cache_actor{} : actors_->cache->current();
}

error service_frontend::unavailable() const {
  if (is_forked()) {
    return internal::make_error(
        errc::forked, "the token service was created before a fork, and this is the child process",
        "Call token_service::shared() again, or create a service in the child");
  }
  if (!actors_) {
    return actors_.error();
  }
  if (!open_->closed()) {
    return internal::actor_terminated_error();
  }
  return internal::shutting_down_error();
}

error service_frontend::deadline_error(token_request request) const {
  if (auto failure = context_->configuration_error()) {
    return *std::move(failure);
  }
  context_->name_identity(request);
  const auto key = make_key(request);
  return key ? context_->deadline_error(
                   {internal::view_of(*key), internal::trimmed_claims(request.claims)},
                   std::chrono::steady_clock::now())
             : key.error();
}

bool service_frontend::on_thread_of_actors() const {
  return internal::no_wait_scope::active() || (actors_ && actors_->threads.include_this_thread());
}

std::optional<access_token> service_frontend::read(const token_lookup& lookup) const {
  if (is_forked()) {
    return std::nullopt;
  }
  auto found = table_.read(lookup);
  if (!found) {
    return std::nullopt;
  }
  if (found->refresh_overdue) {
    if (const auto to = cache()) {
      if (auto key = make_key(lookup.identity, lookup.resource)) {
        caf_compat::anonymous_send(to, internal::refresh_overdue{*std::move(key)});
      }
    }
  }
  return std::move(found->token);
}

void service_frontend::send(const token_request& request, std::chrono::nanoseconds timeout,
                            const token_waiter& waiter, const std::stop_token& stop) const {
  if (stop.stop_possible()) {
    // Answers the waiter at once if the stop was already requested.
    waiter.cancel_on(stop, after_cancellation(request));
  }
  if (waiter.answered()) {
    return;
  }
  // Answered here, because the actors may be kept from running.
  if (timeout <= std::chrono::nanoseconds::zero()) {
    context_->counters->add(context_->counters->errors);
    waiter.answer(unexpected{internal::invalid_timeout_error()});
    return;
  }
  // A waiter that was created after the service closed must not reach an actor that is still alive.
  const auto contact = open_->closed() || !actors_ ? std::nullopt : actors_->cache->contact();
  if (contact) {
    caf_compat::anonymous_send(
        contact->cache,
        internal::acquisition_request{request, internal::deadline_after(contact->now, timeout)},
        waiter);
  } else {
    waiter.answer(unexpected{unavailable()});
  }
}

std::function<void()> service_frontend::after_cancellation(const token_request& given) const {
  auto request = given;
  context_->name_identity(request);
  auto key = make_key(request);
  if (!key || !actors_) {
    return {};
  }
  return [cache = std::weak_ptr{actors_->cache},
          canceled = internal::caller_canceled{{*std::move(key), request.claims}}] {
    const auto supervisor = cache.lock();
    const auto contact = supervisor ? supervisor->contact() : std::nullopt;
    if (contact) {
      caf_compat::anonymous_send(contact->cache, canceled);
    }
  };
}

void service_frontend::get_async(const token_request& request, std::chrono::nanoseconds timeout,
                                 token_waiter::completion done, const std::stop_token& stop) const {
  if (is_forked()) {
    token_waiter::complete(done, unexpected{unavailable()});
    return;
  }
  send(request, timeout, token_waiter{std::move(done), open_}, stop);
}

expected<access_token> service_frontend::get(const token_request& request,
                                             std::chrono::nanoseconds timeout,
                                             const std::stop_token& stop) const {
  if (is_forked()) {
    return unexpected{unavailable()};
  }
  if (on_thread_of_actors()) {
    return internal::fail(errc::would_block,
                          "get() was called on a thread that midas needs for the answer: in a "
                          "callback, a coroutine, an observer or an actor",
                          "Use get_async() or a coroutine there; in an actor, request_token()");
  }
  const auto box = std::make_shared<outcome_box>();
  const auto deadline = internal::deadline_after(std::chrono::steady_clock::now(), timeout);
  // No copy of the waiter stays here: when the actor that holds the last one dies, the waiter
  // answers.
  send(request, timeout,
       token_waiter{[box](expected<access_token> outcome) { box->put(std::move(outcome)); }, open_},
       stop);
  if (!box->wait_until(deadline)) {
    // The actors answer by the deadline as well, but a busy application may keep them from running.
    box->put(unexpected{deadline_error(request)});
  }
  return box->take();
}

void service_frontend::close() const {
  if (open_->close() && actors_) {
    table_.close();
    actors_->cache->close();
  }
}

}  // namespace midas::detail
