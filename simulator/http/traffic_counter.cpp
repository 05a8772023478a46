#include "simulator/http/traffic_counter.hpp"

#include <algorithm>

namespace midas::internal::simulator {
namespace {

/// Bounds the memory that a client with ever new resources can use.
constexpr std::size_t max_resources = 65'536;

}  // namespace

void traffic_counter::connection_opened() {
  const std::lock_guard lock(mutex_);
  ++totals_.connections;
  ++totals_.open_connections;
}

void traffic_counter::connection_closed() {
  const std::lock_guard lock(mutex_);
  --totals_.open_connections;
}

void traffic_counter::request_arrived(const response& answer) {
  const std::lock_guard lock(mutex_);
  ++totals_.requests;
  ++totals_.in_flight;
  totals_.peak_in_flight = std::max(totals_.peak_in_flight, totals_.in_flight);
  if (answer.token_request) {
    ++totals_.token_requests;
    if (!answer.resource.empty()) {
      ++count_of(answer.resource);
    }
  }
}

void traffic_counter::answered(int status) {
  const std::lock_guard lock(mutex_);
  --totals_.in_flight;
  ++totals_.statuses[status];
}

void traffic_counter::abandoned() {
  const std::lock_guard lock(mutex_);
  --totals_.in_flight;
}

simulated_host_statistics traffic_counter::snapshot() const {
  const std::lock_guard lock(mutex_);
  auto copy = totals_;
  copy.resources.insert(resources_.begin(), resources_.end());
  return copy;
}

std::uint64_t& traffic_counter::count_of(std::string_view resource) {
  if (const auto known = resources_.find(resource); known != resources_.end()) {
    return known->second;
  }
  return resources_[resources_.size() < max_resources ? std::string(resource) : "(others)"];
}

}  // namespace midas::internal::simulator
