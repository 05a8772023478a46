// The answer that a connection is about to send, as the statistics and the journal follow it.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include "simulator/http/http_server.hpp"

#include <chrono>
#include <cstdint>

namespace midas::internal::simulator {

/// The server's thread only.
class pending_answer {
 public:
  /// `listener` may be null if the answer has no number.
  pending_answer(const response& answer, traffic_counter& counter, exchange_listener* listener);

  [[nodiscard]] wire_fault fault() const noexcept { return fault_; }
  [[nodiscard]] std::chrono::nanoseconds delay() const noexcept { return delay_; }
  /// The answer is ready to be written as it is.
  [[nodiscard]] bool is_due() const noexcept;

  /// The client is about to see the status.
  void note_answered();
  /// Nothing more will be sent: the answer is complete, or the connection closes.
  void note_ended();

 private:
  traffic_counter* counter_;
  exchange_listener* listener_;
  int status_;
  /// In flight, as far as the statistics know.
  bool in_flight_;
  std::uint64_t number_;
  wire_fault fault_;
  std::chrono::nanoseconds delay_;
};

}  // namespace midas::internal::simulator
