// How <midas/adapters/azure_core.hpp> waits for a token. Does not use azure-core.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/azure_decisions.hpp>
#include <midas/detail/outcome_box.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/error.hpp>
#include <midas/token_handle.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace midas::detail {

/// For how long an operation of the SDK may wait. An Azure::Core::Context has no callback for a
/// cancellation, so `is_cancelled` is called every 20 ms.
struct azure_wait {
  std::chrono::nanoseconds timeout{};
  std::function<bool()> is_cancelled;
};

/// Why get() would fail on this thread at once; otherwise errc::cancelled.
inline error refusal_of(token_service& tokens, const token_request& request) {
  std::stop_source stopped;
  stopped.request_stop();
  return tokens.get(request, std::chrono::seconds{1}, stopped.get_token()).error();
}

/// The answer when the deadline has passed: a token that was published meanwhile, or the error, in
/// which the service says why the key has no token, if it knows.
inline expected<access_token> answer_at_deadline(token_service& tokens,
                                                 const token_request& request) {
  auto late = tokens.get(request, std::chrono::nanoseconds{1});
  if (!late && late.error().code != errc::deadline_exceeded) {
    return unexpected{deadline_error()};
  }
  return late;
}

/// Like token_service::get(), with a cancellation that must be polled.
inline expected<access_token> get_until_cancelled(token_service& tokens,
                                                  const token_request& request,
                                                  const azure_wait& wait) {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds poll_interval{20};
  constexpr std::chrono::nanoseconds max_timeout = std::chrono::hours{365 * 24};
  if (auto token = tokens.try_get(request)) {
    return *std::move(token);
  }
  if (wait.timeout <= std::chrono::nanoseconds::zero() && !wait.is_cancelled()) {
    return answer_at_deadline(tokens, request);
  }
  auto refusal = refusal_of(tokens, request);
  if (refusal.code != errc::cancelled || wait.is_cancelled()) {
    return unexpected{std::move(refusal)};
  }
  const auto deadline = clock::now() + std::min(wait.timeout, max_timeout);
  const auto outcome = std::make_shared<outcome_box>();
  std::stop_source stop;
  tokens.get_async(
      request, wait.timeout,
      [outcome](expected<access_token> answer) { outcome->put(std::move(answer)); },
      stop.get_token());
  while (!outcome->wait_until(std::min(clock::now() + poll_interval, deadline))) {
    // The actors answer by the deadline as well, but a busy application may keep them from running.
    const bool is_late = clock::now() >= deadline;
    if (is_late || wait.is_cancelled()) {
      stop.request_stop();
      auto answer = outcome->take();
      if (is_late && !answer && answer.error().code == errc::cancelled) {
        return answer_at_deadline(tokens, request);
      }
      return answer;
    }
  }
  return outcome->take();
}

/// UTC, as of the kernel's last tick.
inline std::chrono::sys_seconds coarse_utc() noexcept {
  return std::chrono::sys_seconds{std::chrono::seconds{std::time(nullptr)}};
}

/// A token that lasts for longer than `minimum`, if the host grants one; otherwise the one that
/// there is. A cached token that does not last is refreshed, and the caller waits for that, but for
/// 10 seconds at most; see refresh_pauses.
inline expected<access_token> get_lasting(token_service& tokens, token_request request,
                                          std::chrono::seconds minimum, azure_wait wait) {
  using std::chrono::steady_clock;
  constexpr std::chrono::nanoseconds max_refresh_wait = std::chrono::seconds{10};
  static refresh_pauses pauses;
  const auto is_enough = [minimum](const access_token& token) {
    return lasts(token.expires_on(), coarse_utc(), minimum);
  };
  auto token = get_until_cancelled(tokens, request, wait);
  if (!token || is_enough(*token) || token->source() == token_source::identity_provider) {
    return token;
  }
  const auto key =
      hash_of(reinterpret_cast<std::uintptr_t>(&tokens), request.identity, request.resource);
  if (pauses.contains(key, steady_clock::now())) {
    return token;
  }
  request.force_refresh = true;
  wait.timeout = std::min(wait.timeout, max_refresh_wait);
  auto refreshed = get_until_cancelled(tokens, request, wait);
  const bool was_tried = refreshed || (refreshed.error().code != errc::cancelled &&
                                       refreshed.error().code != errc::would_block);
  if (was_tried && !(refreshed && is_enough(*refreshed))) {
    pauses.begin(key, steady_clock::now());
  }
  return refreshed ? refreshed : token;
}

/// The handles of the scopes that a credential has requested. Any thread.
class scope_handles {
 public:
  scope_handles() = default;
  scope_handles(const scope_handles&) = delete;
  scope_handles& operator=(const scope_handles&) = delete;
  ~scope_handles() {
    for (auto* at = first_.load(); at != nullptr;) {
      const std::unique_ptr<node> current{at};
      at = current->next;
    }
  }

  /// Null if there is none. Takes no lock.
  [[nodiscard]] const token_handle* find(const std::string& scope) const noexcept {
    for (const auto* at = first_.load(std::memory_order_acquire); at != nullptr; at = at->next) {
      if (at->scope == scope) {
        return &at->handle;
      }
    }
    return nullptr;
  }

  /// Does nothing if there is one of that scope, or if there are many already.
  void add(const std::string& scope, const std::function<token_handle()>& make) {
    constexpr std::size_t many = 16;
    const std::lock_guard lock{mutex_};
    if (count_ < many && find(scope) == nullptr) {
      auto added = std::make_unique<node>(node{scope, make(), first_.load()});
      first_.store(added.release(), std::memory_order_release);
      ++count_;
    }
  }

 private:
  struct node {
    std::string scope;
    token_handle handle;
    node* next;
  };

  std::atomic<node*> first_ = nullptr;
  std::mutex mutex_;
  std::size_t count_ = 0;
};

}  // namespace midas::detail
