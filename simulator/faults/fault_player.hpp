// Decides step by step how a connection sends an answer with a wire fault. No sockets, no clock.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace midas::internal::simulator {

/// What the connection does next.
struct fault_step {
  enum class kind : std::uint8_t {
    /// Write the first `bytes` of the output.
    write,
    /// Write filler; the output is empty.
    write_filler,
    /// Wait for `pause`.
    pause,
    /// Send nothing, and discard what arrives until the client leaves.
    hang,
    /// Reset the connection.
    reset,
    /// The fault is over.
    finish,
  };

  kind what = kind::finish;
  std::size_t bytes = 0;
  std::chrono::nanoseconds pause{0};
  /// With `write`: these bytes are the last of the answer.
  bool completes_answer = false;

  bool operator==(const fault_step&) const = default;
};

/// Plays one fault at a time.
class fault_player {
 public:
  /// Starts a fault other than wire_fault_kind::none. `size` is that of the output, in bytes; see
  /// append_faulty_response().
  [[nodiscard]] fault_step start(const wire_fault& fault, std::size_t size) noexcept;
  /// Continues when the bytes of the last step are written. `left` is the size of the output.
  [[nodiscard]] fault_step written(std::size_t left) noexcept;
  /// Continues when the pause is over.
  [[nodiscard]] fault_step paused(std::size_t left) noexcept;

  /// Between the last step, a pause, and paused().
  [[nodiscard]] bool is_pausing() const noexcept { return is_pausing_; }
  /// The fault lasts until one of the two sides closes the connection.
  [[nodiscard]] bool is_endless() const noexcept;

 private:
  [[nodiscard]] fault_step drip(std::size_t left) const noexcept;

  wire_fault fault_{};
  bool is_pausing_ = false;
};

}  // namespace midas::internal::simulator
