// Whether a refresh or a cold key goes to the host next. Pure.
#pragma once

#include <algorithm>
#include <cstddef>

namespace midas::internal {

/// Cold keys go first, since their callers fail if they wait for too long, whereas a refresh may
/// wait for as long as its token is handed out. But at least one of five requests is a refresh, one
/// of three if it is urgent, so that no number of callers can use up the time in which a token must
/// be refreshed. Not thread-safe.
class purpose_turns {
 public:
  [[nodiscard]] bool is_turn_of_cold(bool has_refresh, bool has_cold,
                                     bool is_urgent) const noexcept {
    return has_cold && (!has_refresh || cold_in_row_ < max_in_row(is_urgent));
  }

  void begin(bool is_cold) noexcept { cold_in_row_ = is_cold ? cold_in_row_ + 1 : 0; }

  /// A lower bound for the number of refreshes that go before a cold key with `cold` others in
  /// front of it, if enough refreshes wait.
  [[nodiscard]] std::size_t refreshes_before(std::size_t cold) const noexcept {
    return (in_row(false) + cold) / max_in_row(false);
  }

  /// A lower bound for the number of cold keys that go before a refresh with `refreshes` others in
  /// front of it, if enough cold keys wait.
  [[nodiscard]] std::size_t cold_before(std::size_t refreshes) const noexcept {
    return (refreshes + 1) * max_in_row(true) - in_row(true);
  }

 private:
  static constexpr std::size_t max_in_row(bool is_urgent) noexcept { return is_urgent ? 2 : 4; }
  // Without refreshes, more may have gone in a row.
  [[nodiscard]] std::size_t in_row(bool is_urgent) const noexcept {
    return std::min(cold_in_row_, max_in_row(is_urgent));
  }

  // Begun since the last refresh.
  std::size_t cold_in_row_ = 0;
};

}  // namespace midas::internal
