// How much of the host's budget each client may use for tokens that are not in memory.
#pragma once

#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

namespace midas::internal::proxy {

/// Counts the tokens that clients wait for, and remembers what the host refused them. A share is
/// that of share_of(client). Any thread; every call is short. Not called for cached answers.
class client_shares {
 public:
  using clock = std::chrono::steady_clock;

  struct limits {
    /// Distinct keys that one share may wait for at a time.
    std::size_t max_cold_keys = 64;
    /// For how long a permanent refusal answers the same share without asking midas again, after
    /// the first one of a key. Grows with the number of refusals of the share.
    std::chrono::milliseconds refusal_memory{5'000};
  };

  /// The request may go to midas. Pass it to end().
  struct admission {
    /// True if no other request waits for the key: this one causes the acquisition.
    bool is_first = true;
  };
  /// The share waits for too many keys; a place is expected after this time.
  struct over_share {
    std::chrono::milliseconds retry_after{};
  };
  using decision = std::variant<admission, over_share, error>;

  explicit client_shares(const limits& bounds);

  /// Before a request that the cache could not answer: an admission, or why not; the error is the
  /// remembered refusal.
  [[nodiscard]] decision begin(std::uint64_t share, const token_key& key, clock::time_point now);

  /// After an admission, once: with the failure, or null for a token.
  void end(std::uint64_t share, const token_key& key, const error* failure, clock::time_point now);

  /// Requests that wait now.
  [[nodiscard]] std::size_t waiting() const;

 private:
  mutable std::mutex lock_;
  limits limits_;
};

}  // namespace midas::internal::proxy
