// Starts the exchanges of a test and waits for them.
#pragma once

#include "transport/http_transport.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

using http_outcome = expected<http_response>;

/// Collects the outcomes of the exchanges that it starts. All must be complete before it is
/// destroyed.
class exchanges {
 public:
  explicit exchanges(http_transport& transport) : transport_(transport) {}

  std::uint64_t begin(http_request request) {
    const auto index = next_index();
    return transport_.start(std::move(request), [this, index](http_outcome outcome) {
      end(index, std::move(outcome));
    });
  }

  /// Waits for the outcome of the exchange that was started as number `index`, from 0.
  const http_outcome& outcome(std::size_t index) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return outcomes_.at(index).has_value(); });
    return *outcomes_[index];
  }

  /// Waits until `count` exchanges are complete.
  void wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return completed_ >= count; });
  }

  [[nodiscard]] std::size_t completed() {
    const std::lock_guard lock{mutex_};
    return completed_;
  }

  /// How many exchanges failed with that code.
  [[nodiscard]] std::size_t failed_with(errc code) {
    const std::lock_guard lock{mutex_};
    std::size_t result = 0;
    for (const auto& outcome : outcomes_) {
      result += outcome && !*outcome && outcome->error().code == code ? 1U : 0U;
    }
    return result;
  }

 private:
  std::size_t next_index() {
    const std::lock_guard lock{mutex_};
    outcomes_.emplace_back();
    return outcomes_.size() - 1;
  }

  void end(std::size_t index, http_outcome outcome) {
    const std::lock_guard lock{mutex_};
    if (outcomes_.at(index)) {
      throw std::logic_error{"an exchange was completed twice"};
    }
    outcomes_[index] = std::move(outcome);
    ++completed_;
    changed_.notify_all();
  }

  http_transport& transport_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<http_outcome>> outcomes_;
  std::size_t completed_ = 0;
};

inline http_request get_request(std::string url) {
  http_request result;
  result.url = std::move(url);
  return result;
}

/// Starts one exchange and waits for it.
inline http_outcome exchange(http_transport& transport, http_request request) {
  exchanges one{transport};
  one.begin(std::move(request));
  return one.outcome(0);
}

inline http_outcome get(http_transport& transport, std::string url) {
  return exchange(transport, get_request(std::move(url)));
}

}  // namespace midas::internal::test
