#include "simulator/http/pending_answer.hpp"

#include "simulator/http/traffic_counter.hpp"

#include <utility>

namespace midas::internal::simulator {

pending_answer::pending_answer(const response& answer, traffic_counter& counter,
                               exchange_listener* listener)
    : counter_(&counter),
      listener_(listener),
      status_(answer.status),
      in_flight_(answer.counted),
      number_(answer.number),
      fault_(answer.fault),
      delay_(answer.delay) {}

bool pending_answer::is_due() const noexcept {
  return fault_.kind == wire_fault_kind::none && delay_ <= std::chrono::nanoseconds{0};
}

void pending_answer::note_answered() {
  if (std::exchange(in_flight_, false)) {
    counter_->answered(status_);
  }
  if (number_ != 0) {
    listener_->answered(number_, status_);
  }
}

void pending_answer::note_ended() {
  if (std::exchange(in_flight_, false)) {
    counter_->abandoned();
  }
  if (const auto number = std::exchange(number_, 0); number != 0) {
    listener_->ended(number);
  }
}

}  // namespace midas::internal::simulator
