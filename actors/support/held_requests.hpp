// The requests that wait for the token store.
#pragma once

#include "actors/support/service_counters.hpp"
#include "actors/support/waiter.hpp"
#include "messages/actor_messages.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace midas::internal {

/// Used by the store actor only.
class held_requests {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// True if the request is the first that must be passed on.
  bool add(time_point until, acquisition_request&& asked, waiter&& caller) {
    const bool is_first = requests_.empty() || until < requests_.begin()->first;
    requests_.emplace(until, std::pair{std::move(asked), std::move(caller)});
    return is_first;
  }

  /// When the next request must be passed on.
  [[nodiscard]] std::optional<time_point> next() const {
    return requests_.empty() ? std::nullopt : std::optional{requests_.begin()->first};
  }

  /// Passes on those that must be passed on at `last` or earlier; `self` is the sender.
  template <class Self, class Handle>
  void pass_on_until(time_point last, Self* self, const Handle& to) {
    while (!requests_.empty() && requests_.begin()->first <= last) {
      auto request = requests_.extract(requests_.begin());
      request.mapped().second.pass_on(self, to, std::move(request.mapped().first));
    }
  }

  void answer_all(const error& failure, service_counters& counters) {
    for (auto& item : std::exchange(requests_, {})) {
      counters.add(counters.errors);
      item.second.second.answer(failure);
    }
  }

 private:
  std::multimap<time_point, std::pair<acquisition_request, waiter>> requests_;
};

}  // namespace midas::internal
