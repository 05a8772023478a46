// Proof of a shared secret, and messages that only its holders can write.
#pragma once

#include <midas/secret.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::tools {

enum class seal_side { coordinator, worker };

/// 32 random bytes as hexadecimal digits. Throws std::runtime_error if the system has none.
[[nodiscard]] std::string random_nonce();

/// The nonces that both sides have sent, each its own.
struct session_nonces {
  std::string worker{};
  std::string coordinator{};
};

/// HMAC-SHA256 over the nonces and the side, with the secret as its key, as hexadecimal digits: it
/// shows that a side knows the secret, and does not reveal it. Throws std::runtime_error if OpenSSL
/// has no SHA-256.
[[nodiscard]] std::string proof_of(const secret& shared, const session_nonces& nonces,
                                   seal_side side);

/// Whether both texts are equal, in a time that depends on their sizes only.
[[nodiscard]] bool equal_in_constant_time(std::string_view one, std::string_view other) noexcept;

/// Seals the messages of one direction and opens those of the other. Each seal counts the messages
/// before it, so that none can be repeated, left out or moved to another session. One thread.
class message_seal {
 public:
  message_seal(const secret& shared, const session_nonces& nonces, seal_side own);

  /// The text with its seal, as one line without a line break at its end. The text must not have
  /// line breaks.
  [[nodiscard]] std::string seal(std::string_view text);
  /// The text of a sealed line. Empty if the other side has not sealed it as its next message.
  [[nodiscard]] std::optional<std::string> open(std::string_view line);

 private:
  [[nodiscard]] std::string mark_of(std::string_view text, seal_side side,
                                    std::uint64_t number) const;

  secret key_;
  seal_side own_;
  std::uint64_t sealed_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace midas::internal::tools
