#include "simulator/faults/fault_player.hpp"

#include <algorithm>

namespace midas::internal::simulator {

using step = fault_step::kind;

fault_step fault_player::start(const wire_fault& fault, std::size_t size) noexcept {
  fault_ = fault;
  is_pausing_ = false;
  switch (fault_.kind) {
    case wire_fault_kind::hang:
      return {.what = step::hang};
    case wire_fault_kind::reset_before:
      return {.what = step::reset};
    case wire_fault_kind::slow_drip:
      return drip(size);
    case wire_fault_kind::truncate_body:
    case wire_fault_kind::garbage:
      return {.what = step::write, .bytes = size, .completes_answer = true};
    case wire_fault_kind::none:
    case wire_fault_kind::reset_within_headers:
    case wire_fault_kind::reset_after_headers:
    case wire_fault_kind::endless_body:
      break;
  }
  return {.what = step::write, .bytes = size};
}

fault_step fault_player::written(std::size_t left) noexcept {
  switch (fault_.kind) {
    case wire_fault_kind::reset_within_headers:
    case wire_fault_kind::reset_after_headers:
      return {.what = step::reset};
    case wire_fault_kind::endless_body:
      return {.what = step::write_filler};
    case wire_fault_kind::slow_drip:
      is_pausing_ = left > 0;
      return is_pausing_ ? fault_step{.what = step::pause, .pause = fault_.every} : fault_step{};
    default:
      return {};
  }
}

fault_step fault_player::paused(std::size_t left) noexcept {
  is_pausing_ = false;
  return drip(left);
}

fault_step fault_player::drip(std::size_t left) const noexcept {
  const auto bytes = std::min(fault_.bytes, left);
  return {.what = step::write, .bytes = bytes, .completes_answer = bytes == left};
}

bool fault_player::is_endless() const noexcept {
  return fault_.kind == wire_fault_kind::hang || fault_.kind == wire_fault_kind::endless_body;
}

}  // namespace midas::internal::simulator
