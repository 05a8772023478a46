// What the tests of observers share.
#pragma once

#include "actors/support/observers.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace midas::internal::test {

inline token_event opened(std::uint64_t count) { return connection_opened{count, count}; }

inline void emit(observers& all, std::uint64_t count) {
  all.emit([count] { return opened(count); });
}

// Records the events that it receives.
struct listener {
  std::vector<std::uint64_t> received{};

  event_subscription subscribe(const std::shared_ptr<observers>& to) {
    return midas::internal::subscribe(to, [this](const token_event& event) {
      received.push_back(std::get<connection_opened>(event).count);
    });
  }
};

using counts = std::vector<std::uint64_t>;

}  // namespace midas::internal::test
