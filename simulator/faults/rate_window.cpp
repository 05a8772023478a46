#include "simulator/faults/rate_window.hpp"

namespace midas::internal::simulator {

rate_window::rate_window(std::size_t limit) : limit_(limit) { admitted_.reserve(limit); }

bool rate_window::admit(time_point now) {
  if (limit_ == 0) {
    return true;
  }
  if (admitted_.size() < limit_) {
    admitted_.push_back(now);
    return true;
  }
  if (now - admitted_[oldest_] < std::chrono::seconds{1}) {
    return false;
  }
  admitted_[oldest_] = now;
  oldest_ = (oldest_ + 1) % limit_;
  return true;
}

}  // namespace midas::internal::simulator
