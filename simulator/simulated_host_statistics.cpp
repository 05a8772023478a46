#include "simulator/tokens/json_text.hpp"
#include <midas/simulated_host_statistics.hpp>

#include <string_view>

namespace midas {

namespace simulator = internal::simulator;

std::string to_json(const simulated_host_statistics& statistics) {
  const auto by_resource = simulator::numbers_by_name(
      statistics.resources, [](const std::string& resource) { return std::string_view(resource); });
  const auto by_status = simulator::numbers_by_name(
      statistics.statuses, [](int status) { return std::to_string(status); });
  std::string text;
  simulator::json_object(text)
      .number("requests", statistics.requests)
      .number("token_requests", statistics.token_requests)
      .number("connections", statistics.connections)
      .number("open_connections", statistics.open_connections)
      .number("in_flight", statistics.in_flight)
      .number("peak_in_flight", statistics.peak_in_flight)
      .nested("resources", by_resource)
      .nested("statuses", by_status);
  return text;
}

}  // namespace midas
