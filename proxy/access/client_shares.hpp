// How much of the host's budget each client may use for tokens that are not in memory.
#pragma once

#include "proxy/access/share_negative_cache.hpp"
#include "proxy/configuration/proxy_configuration.hpp"
#include <midas/error.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <variant>

namespace midas::internal::proxy {

/// Counts the tokens that clients wait for, and remembers what the host refused them. A share is
/// that of share_of(client). Any thread; every call takes amortized constant time. Not called for
/// cached answers.
///
/// A request for a key that its share waits for already is always admitted, since it joins. The
/// memory in use is bounded by the requests that wait and by the refusals that are remembered, not
/// by the shares or keys that there have been.
class client_shares {
 public:
  using clock = std::chrono::steady_clock;

  struct limits {
    /// Distinct keys that one share may wait for at a time. At least 1.
    std::size_t max_cold_keys = proxy_configuration{}.max_cold_keys_per_client;
    /// For how long a permanent refusal answers the same share without asking midas again, if it is
    /// the only one that the share has. With n refusals, the n-th is remembered n times as long, at
    /// most share_negative_cache::max_ttl: a client that asks for any number of refused keys in a
    /// loop costs the host one request in this time. 0 remembers none.
    std::chrono::milliseconds negative_cache_ttl = token_service_options{}.negative_cache_ttl;
  };

  /// The request may go to midas. Pass it to end().
  struct admission {
    /// True if no other request waits for the key: this one causes the acquisition.
    bool is_first = true;
  };
  /// The share waits for too many keys; it may wait for another one after about this time.
  struct over_share {
    std::chrono::milliseconds retry_after{};
  };
  using decision = std::variant<admission, over_share, error>;

  explicit client_shares(const limits& bounds);

  /// After a reload. Admitted requests stay admitted, and refusals are remembered as long as
  /// before.
  void set_limits(const limits& bounds);

  /// Before a request that the cache could not answer: an admission, or why not; the error is the
  /// remembered refusal.
  [[nodiscard]] decision begin(std::uint64_t share, const token_key& key, clock::time_point now);

  /// After an admission, once: with the failure, or null for a token. Remembers the failure if it
  /// is the host's permanent refusal of this key (is_remembered()).
  void end(std::uint64_t share, const token_key& key, const error* failure, clock::time_point now);

  /// Forgets all refusals: the administrator has changed what the host grants.
  void forget_refusals();

  /// True for a refusal by the host that another request of the same kind would get, too.
  [[nodiscard]] static bool is_remembered(const error& failure) noexcept;

  /// Requests that wait now.
  [[nodiscard]] std::size_t waiting() const;
  /// Refusals in memory, including those that are too old and not yet removed.
  [[nodiscard]] std::size_t refusals() const;

 private:
  // The number of requests that wait for each key.
  using waiting_keys = std::unordered_map<token_key, std::size_t, token_key_hash>;

  mutable std::mutex lock_;
  limits limits_;
  std::unordered_map<std::uint64_t, waiting_keys> of_share_;
  waiting_keys all_;
  std::size_t waiting_ = 0;
  share_negative_cache refusals_;
};

}  // namespace midas::internal::proxy
