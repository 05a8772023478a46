#include "tests/simulator/support/host_over_http.hpp"

#include <stdexcept>
#include <system_error>
#include <thread>

namespace midas::internal::test {

void wait_until_in_flight(const simulated_host& host, std::uint64_t count) {
  while (host.statistics().in_flight != count) {
    std::this_thread::yield();
  }
}

void wait_until_closed(const simulated_host& host) {
  while (host.statistics().open_connections != 0) {
    std::this_thread::yield();
  }
}

bool wait_for_request(const std::function<simulated_host_statistics()>& statistics,
                      std::uint64_t connection) {
  for (;;) {
    const auto numbers = statistics();
    if (numbers.in_flight == 1) {
      return true;
    }
    if (numbers.connections == connection && numbers.open_connections == 0) {
      return false;
    }
    std::this_thread::yield();
  }
}

std::string refusal_of(const simulated_host_options& options) {
  try {
    const simulated_host host(options);
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  } catch (const std::system_error& failure) {
    return failure.what();
  }
  return "none";
}

std::string rules_with(const std::string& action, const std::string& match) {
  return R"({"rules":[{"match":)" + match + R"(,"action":)" + action + "}]}";
}

simulated_host_options options_with_fault(const std::string& action, const std::string& match) {
  simulated_host_options options;
  options.fault_rules = rules_with(action, match);
  options.journal_size = 100;
  return options;
}

simulated_host_options options_of(identity_host kind) {
  simulated_host_options options;
  options.host = kind;
  return options;
}

}  // namespace midas::internal::test
