// An observer that remembers.
#pragma once

#include "proxy/observation/proxy_observer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

namespace midas::internal::proxy::test {

struct recorded_request {
  std::uint64_t connection = 0;
  std::string resource{};
  token_result result{};
  int status = 0;
  std::string reason{};
};

/// Any thread.
class recording_observer final : public proxy_observer {
 public:
  explicit recording_observer(unsigned workers) : connected_by_(workers) {}

  void served(unsigned, const served_request& request) noexcept override {
    const std::lock_guard lock(mutex_);
    try {
      requests_.push_back({request.who.connection,
                           request.query != nullptr ? request.query->resource : std::string{},
                           request.result, request.status, std::string{request.reason}});
    } catch (const std::exception&) {
      // Allocations fail in some tests.
    }
    is_elapsed_positive_ = is_elapsed_positive_ && request.elapsed.count() > 0;
  }
  void connected(unsigned worker) noexcept override {
    const std::lock_guard lock(mutex_);
    ++connected_by_.at(worker);
    ++open_;
  }
  void disconnected(unsigned) noexcept override {
    const std::lock_guard lock(mutex_);
    --open_;
  }
  void rejected(unsigned, const client&, rejection why) noexcept override {
    const std::lock_guard lock(mutex_);
    ++rejections_.at(static_cast<std::size_t>(why));
  }

  [[nodiscard]] std::vector<recorded_request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t count(token_result result) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(requests_.begin(), requests_.end(),
                      [result](const auto& each) { return each.result == result; }));
  }
  [[nodiscard]] std::size_t rejections(rejection why) const {
    const std::lock_guard lock(mutex_);
    return rejections_.at(static_cast<std::size_t>(why));
  }
  /// Connections of each worker since the beginning.
  [[nodiscard]] std::vector<std::size_t> connected_by() const {
    const std::lock_guard lock(mutex_);
    return connected_by_;
  }
  [[nodiscard]] int open() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }
  [[nodiscard]] bool is_elapsed_positive() const {
    const std::lock_guard lock(mutex_);
    return is_elapsed_positive_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<recorded_request> requests_;
  // Without allocations, which fail in some tests.
  std::array<std::size_t, 8> rejections_{};
  std::vector<std::size_t> connected_by_;
  int open_ = 0;
  bool is_elapsed_positive_ = true;
};

}  // namespace midas::internal::proxy::test
