// Deliberate errors in the tokens that a simulated host issues.
#pragma once

#include <chrono>
#include <optional>

namespace midas::internal::simulator {

struct token_change {
  /// Replaces the token lifetime of the host.
  std::optional<std::chrono::seconds> lifetime{};
  /// Issue the token of another identity.
  bool wrong_identity = false;
  /// Repeat the last token for the same identity and resource, with the rest of its lifetime. If
  /// there was none, issue a new one.
  bool same_token = false;

  bool operator==(const token_change&) const = default;
};

}  // namespace midas::internal::simulator
