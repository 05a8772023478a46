// The claims for which a host that does not accept claims has recently granted tokens.
#pragma once

#include "messages/token_key_view.hpp"
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace midas::internal {

/// For how long the host is not asked again for the same claims. A resource that rejects the new
/// token, too, sends the same challenge again; without this limit, each request to the resource
/// would cause one to the host.
inline constexpr std::chrono::seconds claims_interval{60};

/// Claims as they are compared: without the white space of JSON around them. Claims of white space
/// alone stay as they are, since a request without claims is another one.
std::string_view trimmed_claims(std::string_view claims) noexcept;

/// Ends a loop of challenges: find() returns whether the same claims were answered less than
/// claims_interval ago. Keeps digests of the last `max_per_key` claims of each key. Pure: time is
/// an argument. Not thread-safe.
class answered_claims {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t max_per_key = 8;

  /// A caller has received a token that the host granted for these claims at `at`.
  void answered(const token_key& key, std::string_view claims, time_point at);

  /// When the host granted the token, if that is less than claims_interval ago.
  [[nodiscard]] std::optional<time_point> find(const token_key_view& key, std::string_view claims,
                                               time_point now) const;

  void forget(const token_key& key);
  void forget_old(time_point now);

  [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }

 private:
  struct answer {
    std::string digest;
    time_point at;
  };

  // The oldest answer first.
  std::unordered_map<token_key, std::vector<answer>, token_key_view_hash, token_key_view_equal>
      keys_;
};

/// The error for the same claims again, `ago` after the host, named `host`, granted a token for
/// them.
error repeated_claims_error(std::string_view host, std::string_view resource,
                            std::chrono::nanoseconds ago);

}  // namespace midas::internal
