#include "actors/support/admission_refusal.hpp"

#include "actors/policies/deadline.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/time_text.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Enough to see which keys the host does not answer.
constexpr std::size_t max_keys_named = 3;

std::string shown(const host_limits& limits) {
  auto result = std::to_string(limits.max_in_flight) + " in flight";
  if (limits.max_per_second != 0) {
    result += concat({", ", std::to_string(limits.max_per_second), " per second"});
  }
  return result;
}

// The identity that the host chooses is not the system-assigned one on every host.
std::string shown(const acquisition_key& key, const std::string& default_identity) {
  const bool names_none = key.token.identity.kind() == identity_kind::system_assigned;
  return names_none && !default_identity.empty()
             ? concat({key.token.resource, " for ", default_identity})
             : to_string(key);
}

std::string shown(const host_load& load, host_budget::time_point now) {
  auto slots = load.slots;
  const auto named = std::min(slots.size(), max_keys_named);
  const auto end = slots.begin() + static_cast<std::ptrdiff_t>(named);
  std::partial_sort(slots.begin(), end, slots.end(),
                    [](const auto& a, const auto& b) { return a.since < b.since; });
  std::string result;
  for (auto at = slots.begin(); at != end; ++at) {
    result += result.empty() ? "" : ", ";
    result += at->key ? shown(*at->key, load.default_identity) : "an unnamed key";
    result += " for " + duration_text(now - at->since);
  }
  if (slots.size() > named) {
    result += concat({" and ", std::to_string(slots.size() - named), " more"});
  }
  return result;
}

// How long the oldest exchange may still take.
nanoseconds time_to_next_end(const host_load& load, host_budget::time_point now) {
  auto until = host_budget::time_point::max();
  for (const auto& slot : load.slots) {
    until = std::min(until, slot.until);
  }
  return load.slots.empty() ? nanoseconds{0} : std::max<nanoseconds>(until - now, milliseconds{1});
}

error busy(nanoseconds wait, const host_budget& budget, const host_load& load,
           host_budget::time_point now) {
  auto text =
      concat({"the request limits of the host (", shown(budget.limits()),
              ") do not admit this request before its deadline: ", std::to_string(load.waiting),
              " others wait"});
  if (!load.slots.empty()) {
    text += "; the host has been answering " + shown(load, now);
  }
  auto result = make_error(errc::host_busy, text,
                           "Repeat the request after retry_after, allow a longer timeout, or "
                           "request fewer different tokens at once");
  result.retry_after = std::chrono::ceil<milliseconds>(wait);
  return result;
}

// `known` keeps the request from being sent, or has kept it until its deadline.
error paused(known_failure known, host_budget& budget, host_budget::time_point now) {
  auto result = std::move(known.failure);
  if (const auto failures = budget.failures(now); failures != 0) {
    result.message += concat({", the last of ", std::to_string(failures), " failures in a row"});
  }
  if (known.next > now) {
    result.message += "; it is asked again in " + duration_text(known.next - now);
    result.retry_after = std::chrono::ceil<milliseconds>(known.next - now);
  }
  result.advice = result.retry_after
                      ? "Repeat the request after retry_after, or allow a longer timeout"
                      : "Repeat the request, or allow a longer timeout";
  return result;
}

}  // namespace

not_admitted refusal(const admission_queue::rejection& late, host_budget& budget,
                     const host_load& load, host_budget::time_point now) {
  const auto until_deadline = std::max<nanoseconds>(late.deadline - now, nanoseconds{0});
  if (late.wait == nanoseconds::max()) {
    return {until_deadline, busy(time_to_next_end(load, now), budget, load, now)};
  }
  if (budget.pause_outlasts(late.deadline, now)) {
    const auto open_at = budget.open_at(now);
    return {std::max<nanoseconds>(late.wait, open_at + min_time_after_pause - now),
            paused({budget.reason_of_pause(now), open_at}, budget, now)};
  }
  // The request waited for the end of a pause, and the actor was late to notice it.
  if (auto known = late.deadline <= now ? budget.paused_since(late.since, now) : std::nullopt) {
    return {nanoseconds{0}, paused(*std::move(known), budget, now)};
  }
  return {std::max(late.wait, until_deadline), busy(late.wait, budget, load, now)};
}

error lane_is_full(std::uint32_t lane, std::size_t max) {
  return make_error(
      errc::host_busy,
      concat({"lane ", std::to_string(lane), " already waits for ", std::to_string(max),
              " keys without a token, as many as max_cold_keys_per_lane allows"}),
      "Request fewer different tokens at once, or raise max_cold_keys_per_lane");
}

}  // namespace midas::internal
