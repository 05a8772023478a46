#include "actors/policies/host_health.hpp"

#include "actors/policies/retry_policy.hpp"

#include <algorithm>
#include <limits>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t min_run = 3;
constexpr milliseconds first_pause{250};
constexpr milliseconds max_pause{5'000};
constexpr milliseconds max_pause_after_timeouts{1'000};
// A probe that is not answered for this long does not delay the next one.
constexpr milliseconds probe_patience{1'000};
constexpr seconds proof_lasts{10};
constexpr seconds growth_interval{1};
// The time in which an acquisition reads an answer.
constexpr milliseconds reading_time{100};

}  // namespace

bool host_health::is_failing() const noexcept { return run_ >= min_run; }

bool host_health::is_proven(time_point now) const noexcept {
  return last_success_ && now - *last_success_ < proof_lasts;
}

host_health::time_point host_health::open_at(time_point now) noexcept {
  settle(now);
  return is_failing() ? std::max(now, next_probe_) : now;
}

std::size_t host_health::max_in_flight(time_point now) noexcept {
  settle(now);
  if (is_proven(now)) {
    return std::numeric_limits<std::size_t>::max();
  }
  const auto unanswered = now - unproven_since_.value_or(now);
  return max_unproven_in_flight * (1 + static_cast<std::size_t>(unanswered / growth_interval));
}

host_health::time_point host_health::next_growth(time_point now) noexcept {
  settle(now);
  if (is_proven(now) || !unproven_since_) {
    return time_point::max();
  }
  return now + growth_interval - (now - *unproven_since_) % growth_interval;
}

std::size_t host_health::failures(time_point now) noexcept {
  settle(now);
  return is_failing() ? run_ : 0;
}

void host_health::begin(time_point now) noexcept {
  if (!unproven_since_ && !is_proven(now)) {
    unproven_since_ = now;
  }
  if (is_failing()) {
    probing_ = true;
    next_probe_ = now + probe_patience;
  }
}

void host_health::succeeded(time_point now) noexcept {
  settle(now);
  if (unusable_) {
    if (!success_at_) {
      success_at_ = now + reading_time;
      next_probe_ = std::min(next_probe_, *success_at_);
    }
    return;
  }
  reset();
  last_success_ = now;
}

std::optional<nanoseconds> host_health::failed(time_point now, const failure& failed,
                                               double jitter) {
  settle(now);
  success_at_.reset();
  // Requests that were in flight together do not each lengthen the pause.
  const bool counts = !is_failing() || probing_ || now >= next_probe_;
  const auto requested = std::min(failed.retry_after.value_or(milliseconds{0}), max_retry_after);
  if (!counts) {
    next_probe_ = std::max(next_probe_, now + requested);
    return std::nullopt;
  }
  probing_ = false;
  run_ += is_new(failed) ? 1 : 0;
  only_timeouts_ = only_timeouts_ && failed.is_timeout;
  if (!is_failing()) {
    return std::nullopt;
  }
  const auto result = std::max<nanoseconds>(next_pause(jitter), requested);
  next_probe_ = now + result;
  return result;
}

std::optional<nanoseconds> host_health::found_unusable(time_point now, double jitter) {
  unusable_ = true;
  last_success_.reset();
  return failed(now, {}, jitter);
}

void host_health::ended(time_point now) noexcept {
  if (probing_) {
    probing_ = false;
    next_probe_ = now;
  }
}

bool host_health::is_new(const failure& failed) {
  if (!failed.is_timeout || failed.key == 0) {
    return true;
  }
  if (std::ranges::find(timed_out_keys_, failed.key) != timed_out_keys_.end()) {
    return false;
  }
  if (timed_out_keys_.size() < min_run) {
    timed_out_keys_.push_back(failed.key);
  }
  return true;
}

nanoseconds host_health::next_pause(double jitter) noexcept {
  const auto longest = only_timeouts_ ? max_pause_after_timeouts : max_pause;
  auto backoff = first_pause;
  for (std::size_t i = 0; i < pauses_ && backoff < longest; ++i) {
    backoff = std::min(2 * backoff, longest);
  }
  ++pauses_;
  const auto width = nanoseconds{backoff} / 4;
  return backoff +
         nanoseconds{static_cast<nanoseconds::rep>(static_cast<double>(width.count()) * jitter)};
}

void host_health::settle(time_point now) noexcept {
  if (success_at_ && *success_at_ <= now) {
    const auto at = *success_at_;
    reset();
    last_success_ = at;
  }
}

void host_health::reset() noexcept { *this = {}; }

}  // namespace midas::internal
