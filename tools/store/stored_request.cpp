#include "tools/store/stored_request.hpp"

#include "tools/store/asking_turn.hpp"
#include "tools/store/shared_failure.hpp"
#include "tools/store/stored_answer.hpp"
#include <midas/file_token_store.hpp>
#include <midas/token_service.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace midas::internal::tools {

namespace {

// How often a process that waits for another one looks at the store.
constexpr std::chrono::milliseconds look_interval{50};

// How long a caller waits for the refresh of a token that is still usable.
constexpr std::chrono::milliseconds max_refresh_time{2'000};

// How long a process waits for the store's lock, which others hold for milliseconds:
// as long as its deadline allows, within these bounds. A token that was acquired just before the
// deadline is saved.
constexpr std::chrono::milliseconds min_lock_time{100};
constexpr std::chrono::milliseconds max_lock_time{10'000};

// The time that a request has left.
class time_left {
 public:
  explicit time_left(std::chrono::nanoseconds timeout)
      : end_(std::chrono::steady_clock::now() +
             std::min<std::chrono::nanoseconds>(timeout, std::chrono::hours{24 * 365})) {}

  // Positive, since that is what a timeout must be.
  [[nodiscard]] std::chrono::nanoseconds left() const {
    return std::max<std::chrono::nanoseconds>(end_ - std::chrono::steady_clock::now(),
                                              std::chrono::milliseconds{1});
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

expected<access_token> ask_host(const token_service_options& options, const token_request& request,
                                std::chrono::nanoseconds timeout) {
  token_service tokens{options};
  return tokens.get(request, timeout);
}

class store_session {
 public:
  store_session(const stored_request& wanted, store_question question,
                const std::function<void(const error&)>& warn)
      : wanted_(wanted),
        question_(std::move(question)),
        warn_(warn),
        time_(wanted.timeout),
        store_(open_store(time_.left() / 2)) {}

  expected<access_token> get() {
    if (!accepts_cached(wanted_.request)) {
      return ask_and_save();
    }
    auto answer = look();
    if (!answer) {
      return get_first();
    }
    return answer->is_refresh_due ? refresh(*answer) : cached_token(*answer, question_);
  }

 private:
  [[nodiscard]] file_token_store open_store(std::chrono::nanoseconds lock_time) const {
    return file_token_store{
        {.path = wanted_.store,
         .lock_timeout = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(lock_time),
                                    min_lock_time, max_lock_time)}};
  }

  std::optional<stored_answer> look() {
    const auto tokens = store_.load();
    if (!tokens) {
      warn_once(tokens.error());
      return std::nullopt;
    }
    return find_answer(*tokens, question_, clock_reading::now());
  }

  // Another process may be about to store the token, or to learn that there is none. A process that
  // cannot wait any longer asks the host itself while there is time.
  expected<access_token> get_first() {
    using outcome = asking_turn::outcome;
    asking_turn turn{wanted_.store, question_};
    const auto begun = std::chrono::steady_clock::now();
    const auto patience = time_.left() / 2;
    for (auto result = outcome::busy; result == outcome::busy;) {
      const auto rest = patience - (std::chrono::steady_clock::now() - begun);
      if (rest <= std::chrono::nanoseconds{0}) {
        break;
      }
      turn.follow();
      result = turn.wait_for(
          std::min(look_interval, std::chrono::ceil<std::chrono::milliseconds>(rest)));
      if (result == outcome::impossible) {
        break;
      }
      if (const auto answer = look()) {
        return cached_token(*answer, question_);
      }
      if (auto failure = turn.failure_of_other(); failure && is_shared(*failure, time_.left())) {
        return unexpected{*std::move(failure)};
      }
    }
    auto token = ask_and_save();
    if (!token) {
      turn.share(token.error());
    }
    return token;
  }

  // Only the process that can save the new token asks for it, and the others do not wait.
  access_token refresh(const stored_answer& old) {
    asking_turn turn{wanted_.store, question_};
    if (turn.wait_for(std::chrono::milliseconds{0}) != asking_turn::outcome::held) {
      return cached_token(old, question_);
    }
    const auto current = look();
    if (!current || !current->is_refresh_due) {
      return cached_token(current.value_or(old), question_);
    }
    auto options = wanted_.options;
    options.max_retries = 0;
    auto token = ask_host(options, wanted_.request,
                          std::min<std::chrono::nanoseconds>(time_.left(), max_refresh_time));
    if (token) {
      save(make_stored(*token, question_, clock_reading::now().wall));
      return *std::move(token);
    }
    // A process with --force-refresh may have stored another token meanwhile.
    const auto latest = look().value_or(*current);
    if (latest.is_refresh_due) {
      save(postponed(latest, clock_reading::now(), token.error().retry_after));
    }
    return cached_token(latest, question_);
  }

  expected<access_token> ask_and_save() {
    auto token = ask_host(wanted_.options, wanted_.request, time_.left());
    if (token) {
      save(make_stored(*token, question_, clock_reading::now().wall));
    }
    return token;
  }

  void save(const stored_token& token) {
    if (const auto saved = open_store(time_.left()).save({&token, 1}); !saved) {
      warn_once(saved.error());
    }
  }

  void warn_once(const error& problem) {
    if (!std::exchange(has_warned_, true)) {
      warn_(problem);
    }
  }

  const stored_request& wanted_;
  store_question question_;
  const std::function<void(const error&)>& warn_;
  time_left time_;
  file_token_store store_;
  bool has_warned_ = false;
};

}  // namespace

expected<access_token> get_with_store(const stored_request& wanted,
                                      const std::function<void(const error&)>& warn) {
  auto question = store_question_of(wanted.request, wanted.options);
  // The error is the service's own, as without a store.
  if (!question || wanted.timeout <= std::chrono::nanoseconds{0}) {
    return ask_host(wanted.options, wanted.request, wanted.timeout);
  }
  return store_session{wanted, *std::move(question), warn}.get();
}

}  // namespace midas::internal::tools
