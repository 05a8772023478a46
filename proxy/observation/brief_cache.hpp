// A text that is expensive to make, kept for a moment.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace midas::internal::proxy {

/// Makes the text again when it is older than `age`, so that clients that ask in a loop cost
/// little. One thread at a time.
class brief_cache {
 public:
  using clock = std::chrono::steady_clock;

  brief_cache(std::function<std::string()> make, clock::duration age)
      : make_(std::move(make)), age_(age) {}

  [[nodiscard]] const std::string& at(clock::time_point now) {
    if (!made_at_ || now - *made_at_ >= age_) {
      text_ = make_();
      made_at_ = now;
    }
    return text_;
  }

 private:
  std::function<std::string()> make_;
  clock::duration age_;
  std::optional<clock::time_point> made_at_{};
  std::string text_;
};

}  // namespace midas::internal::proxy
