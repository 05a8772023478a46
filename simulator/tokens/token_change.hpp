// What may be wrong with a token that is handed out.
#pragma once

#include <chrono>
#include <optional>

namespace midas::internal::simulator {

struct token_change {
  /// Takes the place of the host's own lifetime of tokens.
  std::optional<std::chrono::seconds> lifetime{};
  /// The answer is another identity's, token and all.
  bool wrong_identity = false;
  /// The token that was given last for the same identity and resource, with what is left of its
  /// lifetime; a new one when none was.
  bool same_token = false;

  bool operator==(const token_change&) const = default;
};

}  // namespace midas::internal::simulator
