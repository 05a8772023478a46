#include "messages/token_waiter.hpp"
#include "service/service_frontend.hpp"
#include <midas/detail/thread_cache.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/token_handle.hpp>

#include <atomic>
#include <utility>

namespace midas {

namespace {

std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

struct token_handle::resolved {
  resolved(std::shared_ptr<const service_frontend> of, token_request asked)
      : front(std::move(of)), request(std::move(asked)) {}
  // The lookup refers to the request.
  resolved(const resolved&) = delete;
  resolved& operator=(const resolved&) = delete;
  ~resolved() = default;

  const std::shared_ptr<const service_frontend> front;
  const token_request request;
  const token_lookup lookup = make_lookup(front->table().id(), request.identity, request.resource);
};

token_handle::token_handle(std::shared_ptr<const service_frontend> front, token_request request)
    : resolved_(std::make_shared<const resolved>(std::move(front), std::move(request))),
      number_(next_number()) {}

const token_request& token_handle::request() const noexcept { return resolved_->request; }

const service_frontend& token_handle::front() const noexcept { return *resolved_->front; }

std::optional<access_token> token_handle::read() const {
  auto token = front().try_get(resolved_->lookup);
  if (auto* const mine = thread_cache::current(); token && mine != nullptr) {
    mine->bind_handle(number_, resolved_->lookup);
  }
  return token;
}

std::optional<access_token> token_handle::cached_unless_cancelled(const std::stop_token& stop) const {
  return stop.stop_requested() ? std::nullopt : try_get();
}

expected<access_token> token_handle::get(std::chrono::nanoseconds timeout,
                                         const std::stop_token& stop) const {
  if (auto token = cached_unless_cancelled(stop)) {
    return *std::move(token);
  }
  return front().get(request(), timeout, stop);
}

void token_handle::get_async(std::chrono::nanoseconds timeout, callback done,
                             const std::stop_token& stop) const {
  if (auto token = cached_unless_cancelled(stop)) {
    token_waiter::complete(done, *std::move(token));
  } else {
    front().get_async(request(), timeout, std::move(done), stop);
  }
}

token_awaitable token_handle::async_get(std::chrono::nanoseconds timeout,
                                        const std::stop_token& stop) const {
  if (auto token = cached_unless_cancelled(stop)) {
    return token_awaitable{*std::move(token)};
  }
  return {front(), request(), timeout, stop};
}

}  // namespace midas
