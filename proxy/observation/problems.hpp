// The requests and connections that got no token, by their reason.
#pragma once

#include "proxy/observation/proxy_observer.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::proxy {

/// What clients did not get for one reason, and the last of them.
struct problem {
  token_result result = token_result::denied;
  /// See served_request::reason, or the name of a rejection.
  std::string reason{};
  std::uint64_t count = 0;
  std::chrono::system_clock::time_point last{};
  /// The user of the last one; empty if unknown.
  std::optional<uid_t> uid{};
  /// What the last one asked for; empty if it was refused before that was read. Cut to 512 bytes.
  std::string resource{};
};

/// Those of one worker. Bounded: keeps 32 reasons, of which the oldest makes room. Any thread; the
/// lock is the worker's own but for those who look.
class problem_list {
 public:
  void add(token_result result, std::string_view reason, const client& who,
           const token_query* query, std::chrono::system_clock::time_point at) noexcept;

  /// Adds the problems to `all`, in which each reason is there once.
  void add_to(std::vector<problem>& all) const;

 private:
  mutable std::mutex lock_;
  std::vector<problem> problems_;
};

/// What the operator or the user can do about it; empty if the reason is not known here.
[[nodiscard]] std::string_view advice_for(std::string_view reason) noexcept;

}  // namespace midas::internal::proxy
