#include "messages/caller_errors.hpp"
#include "messages/made_once.hpp"
#include "messages/random_start.hpp"
#include "service/front_door.hpp"
#include <midas/detail/thread_cache.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/token_handle.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace midas {

namespace {

std::uint64_t next_number() noexcept {
  static constinit internal::made_once<std::atomic<std::uint64_t>> last;
  return ++last.get(&internal::random_start);
}

// Acts as a handle whose service was shut down. Does not wait.
error error_of_empty_handle(std::chrono::nanoseconds timeout, const std::stop_token& stop) {
  if (stop.stop_requested()) {
    return internal::cancelled_error();
  }
  return timeout > std::chrono::nanoseconds::zero() ? internal::empty_handle_error()
                                                    : internal::invalid_timeout_error();
}

}  // namespace

// Shared by all copies of a handle.
struct token_handle::resolved {
  resolved(std::shared_ptr<const detail::service_frontend> from, token_request asked)
      : frontend(std::move(from)), request(std::move(asked)) {}
  // Not copyable: the lookup refers to the request.
  resolved(const resolved&) = delete;
  resolved& operator=(const resolved&) = delete;
  ~resolved() {
    if (!frontend->is_forked()) {
      std::destroy_at(&frontend);
    }
  }

  // In a union, whose members are not destroyed implicitly: a forked child leaves the frontend as
  // it is, because its locks may be locked for ever there.
  union {
    std::shared_ptr<const detail::service_frontend> frontend;
  };
  const token_request request;
  const detail::token_lookup lookup =
      detail::make_lookup(frontend->table().id(), request.identity, request.resource);
};

token_handle::token_handle(std::shared_ptr<const detail::service_frontend> frontend,
                           token_request request)
    : resolved_(std::make_shared<const resolved>(std::move(frontend), std::move(request))),
      number_(next_number()) {}

const token_request& token_handle::request() const noexcept {
  static const token_request none;
  return empty() ? none : resolved_->request;
}

const detail::service_frontend* token_handle::frontend() const noexcept {
  return empty() ? nullptr : resolved_->frontend.get();
}

std::optional<access_token> token_handle::read() const {
  if (empty()) {
    return std::nullopt;
  }
  const auto& lookup = resolved_->lookup;
  auto token = [&] {
    if (auto* const found = detail::find_fresh(lookup)) {
      return std::optional<access_token>{std::in_place, *found, token_source::cache};
    }
    return frontend()->read(lookup);
  }();
  if (auto* const cache = detail::cache_of_this_thread; token && cache != nullptr) {
    cache->bind_handle(number_, lookup);
  }
  return token;
}

expected<access_token> token_handle::get(std::chrono::nanoseconds timeout,
                                         const std::stop_token& stop) const {
  if (empty()) {
    return unexpected{error_of_empty_handle(timeout, stop)};
  }
  return internal::get([this] { return try_get(); }, *frontend(), internal::same_request{request()},
                       timeout, stop);
}

void token_handle::get_async(std::chrono::nanoseconds timeout, callback done,
                             const std::stop_token& stop) const {
  if (empty()) {
    internal::token_waiter::complete(done, unexpected{error_of_empty_handle(timeout, stop)});
    return;
  }
  internal::get_async([this] { return try_get(); }, *frontend(), internal::same_request{request()},
                      timeout, std::move(done), stop);
}

token_awaitable token_handle::async_get(std::chrono::nanoseconds timeout,
                                        const std::stop_token& stop) const {
  if (empty()) {
    return token_awaitable{error_of_empty_handle(timeout, stop)};
  }
  return internal::async_get([this] { return try_get(); }, *frontend(),
                             internal::same_request{request()}, timeout, stop);
}

}  // namespace midas
