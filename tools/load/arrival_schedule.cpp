#include "tools/load/arrival_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace midas::internal::tools {

namespace {

using std::chrono::nanoseconds;

long double seconds(nanoseconds time) { return std::chrono::duration<long double>(time).count(); }

long double requests_of(const load_stage& stage) {
  return (static_cast<long double>(stage.from) + stage.to) / 2 * seconds(stage.length);
}

// When the stage has made that many requests: the solution of from * t + growth * t^2 / 2 =
// requests, in the form that is exact for a growth of zero.
nanoseconds time_within(const load_stage& stage, long double requests) {
  const long double from = stage.from;
  const auto growth = (stage.to - from) / seconds(stage.length);
  const auto root = std::sqrt(std::max(from * from + 2 * growth * requests, 0.0L));
  const auto time = requests <= 0 ? 0 : 2 * requests / (from + root);
  return nanoseconds{std::llround(std::min(time, seconds(stage.length)) * 1e9L)};
}

// A sum of fractions that is a whole number but for rounding.
std::uint64_t whole_requests(long double requests) {
  constexpr long double tolerance = 1e-6;
  return static_cast<std::uint64_t>(std::ceil(std::max(requests - tolerance, 0.0L)));
}

}  // namespace

arrival_schedule::arrival_schedule(std::vector<load_stage> stages) : stages_(std::move(stages)) {
  for (const auto& stage : stages_) {
    const auto& last = starts_.back();
    starts_.push_back({last.time + stage.length, last.requests + requests_of(stage)});
  }
  size_ = whole_requests(starts_.back().requests);
}

nanoseconds arrival_schedule::length() const noexcept { return starts_.back().time; }

nanoseconds arrival_schedule::at(std::uint64_t number) const {
  if (number >= size_) {
    return length();
  }
  const auto later = std::ranges::find_if(starts_.begin() + 1, starts_.end(), [number](auto& s) {
    return s.requests > static_cast<long double>(number);
  });
  // The last request can be at the end but for rounding.
  const auto index =
      std::min(static_cast<std::size_t>(later - starts_.begin()), stages_.size()) - 1;
  const auto& begin = starts_[index];
  return begin.time +
         time_within(stages_[index], static_cast<long double>(number) - begin.requests);
}

double arrival_schedule::rate_at(nanoseconds time) const {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (time < starts_[i + 1].time) {
      const auto part = seconds(time - starts_[i].time) / seconds(stages_[i].length);
      return static_cast<double>(stages_[i].from + (stages_[i].to - stages_[i].from) * part);
    }
  }
  return 0;
}

}  // namespace midas::internal::tools
